import { describe, expect, it } from 'vitest';
import { located, pathOfStage, readStageFile, withParameters } from '../../deploy/stage-file.ts';

const read = (text: string) => readStageFile('prod', () => text);

describe('the file of a stage', () => {
  it('has its parameters and its records', () => {
    const text = 'region: eu-west-1\nwatchSeconds: 75\nrecords:\n  - { service: a, name: a.corp, ttl: 5 }\n';
    expect(read(text)).toEqual({
      path: pathOfStage('prod'),
      parameters: { region: 'eu-west-1', watchSeconds: 75 },
      records: [{ service: 'a', name: 'a.corp', ttl: 5 }],
      elsewhere: {},
    });
    expect(read('')).toMatchObject({ parameters: {}, records: undefined });
  });

  it.each([
    [
      'a key that comes twice',
      'region: a\nregion: b',
      /^stages\/prod\.yml: Map keys must be unique at line 2, column 1\.$/,
    ],
    ['what is no YAML', 'region: [', /^stages\/prod\.yml: .* at line 1, column \d+\.$/],
    [
      'a slip that makes others',
      'records:\n  - service: a\n   name: b\n    ttl: 5\n',
      /^stages\/prod\.yml: [^\n]* at line \d+, column \d+\. \(and \d+ more that may follow from it\)$/,
    ],
    ['a tag of CloudFormation', 'region: !Ref Region', /^stages\/prod\.yml: Unresolved tag: !Ref at line 1/],
    ['a list', '- a', /^stages\/prod\.yml: each line must be of the form "name: value"\.$/],
    [
      'a variable of Serverless',
      `region: \${env:REGION}`,
      /^stages\/prod\.yml: region holds a variable of Serverless, /,
    ],
    [
      'a number that would become another text',
      'region: a\nroute53ExternalId: 012345678901',
      'stages/prod.yml: 012345678901 at line 2 would be read as the number 12345678901: put it in quotes.',
    ],
    ['a version', 'consulDatacenter: 1.10', / 1\.10 at line 1 would be read as the number 1\.1: /],
    ['a number of 20 digits', 'ownerId: 12345678901234567890', / number 12345678901234567000: /],
    [
      'a number in another base',
      'records:\n  - ttl: 0x3c',
      / 0x3c at line 2 would be read as the number 60: /,
    ],
    ['an endless reference', 'a: &a [*a]', /^stages\/prod\.yml: /],
  ])('stops at %s with a sentence', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('must be there, and be a file of that folder', () => {
    const missing = () => {
      throw new Error('ENOENT');
    };
    expect(() => readStageFile('qa', missing)).toThrow(
      'There is no stages/qa.yml: copy stages/dev.yml to it, and put in your own.',
    );
    expect(() => readStageFile('../qa', missing)).toThrow('The stage "../qa" must have a name of letters');
  });
});

describe('where a problem was written', () => {
  const file = withParameters(read('region: a\nvpcId: b'), { vpcId: 'main' }, '--param');
  it.each([
    ['region', 'stages/prod.yml: region is wrong.'],
    ['vpcId', '--param: vpcId is wrong.'],
  ])('%s', (about, sentence) => {
    expect(located(file, { about, sentence: `${about} is wrong.` })).toBe(sentence);
  });

  it('is that of any parameter that it names', () => {
    expect(located(file, { about: 'region', sentence: 'region and vpcId do not agree.' })).toMatch(
      /^--param: /,
    );
  });
});
