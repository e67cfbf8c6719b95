import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../deploy/deployment.ts';
import { readStageFile } from '../../deploy/stage-file.ts';
import { DEPLOYED, deploy, PARAMETERS } from './site.ts';

const MINE = {
  hostedZoneId: 'Z08345992R7HSH0ABCDEF',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: 'subnet-0a1b2c3d4e5f60718, subnet-0a1b2c3d4e5f60719',
  alarmEmail: 'operations@corp.internal',
};
const placeholdersOf = (own: object, records?: string) => deploy({ ...MINE, ...own }, records).placeholders;

describe('what is still an example', () => {
  it('is told of, each by its parameter', () => {
    expect(deploy().placeholders).toEqual([
      'stages/dev.yml: hostedZoneId is still the example "Z08345992R7HSH0EXAMPLE": put in your own.',
      ...['vpcId', 'subnetIds', 'alarmEmail'].map((name) =>
        expect.stringMatching(`stages/dev.yml: ${name} is`),
      ),
    ]);
  });

  it.each([
    ['one subnet of two', { subnetIds: `${MINE.subnetIds}, subnet-0fedcba9876543210` }],
    ['a group', { securityGroupIds: 'sg-0123456789abcdef0' }],
    ['an address of a documentation domain', { alarmEmail: 'me@example.org' }],
  ])('is also %s', (_, own) => expect(placeholdersOf(own)).toHaveLength(1));

  it('is a zone of a record', () => {
    const records = '[{"service":"a","name":"a.corp.internal","zoneId":"Z0OTHERVPCEXAMPLE"}]';
    expect(placeholdersOf({}, records)).toEqual([
      'stages/dev.yml: records[0].zoneId is still the example "Z0OTHERVPCEXAMPLE": put in your own.',
    ]);
  });

  it('is nothing that can be right', () => {
    expect(placeholdersOf({ consulAddr: PARAMETERS.consulAddr })).toEqual([]);
  });

  it('is everything that the shipped stage has to be given', () => {
    const shipped = readStageFile('dev');
    expect(readDeployment(shipped, DEPLOYED).placeholders).toHaveLength(4);
  });
});

interface Plugin {
  readonly hooks: { readonly initialize: () => void; readonly 'after:deploy:deploy': () => void };
}
const DeployPlugin: new (serverless: object) => Plugin = createRequire(import.meta.url)(
  '../../deploy/serverless-deploy.cjs',
);

/** Runs the hook of a command that begins; returns what was said and how the process would have ended. */
function begin(command: string, deployment: object) {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const processedInput = { commands: command.split(' ') };
    new DeployPlugin({ processedInput, service: { custom: { deployment } } }).hooks.initialize();
    return { code: exit.mock.calls[0]?.[0], said: write.mock.calls.join('') };
  } finally {
    exit.mockRestore();
    write.mockRestore();
  }
}

describe('the plugin', () => {
  it.each(['deploy', 'deploy function'])('refuses to %s examples', (command) => {
    const deployment = deploy();
    expect(begin(command, deployment)).toEqual({ code: 1, said: `${deployment.placeholders.join('\n')}\n` });
  });

  it.each(['package', 'deploy list', 'rollback', 'remove', 'info', 'invoke', 'logs'])(
    'lets %s pass',
    (command) => expect(begin(command, deploy())).toEqual({ code: undefined, said: '' }),
  );

  it('lets a deployment without examples pass', () =>
    expect(begin('deploy', deploy(MINE))).toEqual({ code: undefined, said: '' }));

  it('says at the end what comes next', () => {
    const sections: string[][] = [];
    const addServiceOutputSection = (...section: string[]) => sections.push(section);
    const { outputs } = deploy(MINE);
    new DeployPlugin({ addServiceOutputSection, service: { custom: { deployment: { outputs } } } }).hooks[
      'after:deploy:deploy'
    ]();
    expect(sections).toEqual(Object.values(outputs).map(({ Description, Value }) => [Description, Value]));
    expect(outputs['Next']?.Value).toBe(
      `aws lambda invoke --region eu-west-1 --function-name updater-dev-update --cli-read-timeout 0 --cli-binary-format raw-in-base64-out --payload '{"action":"doctor"}' /dev/stdout`,
    );
  });
});
