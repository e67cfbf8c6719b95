import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { clientOf, createOf, send, signatureFor, start } from './support.ts';

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

describe('errors on the wire', () => {
  it('have the shape that Route 53 sends', async () => {
    const { server } = await start();
    const answer = await send(server, '/2013-04-01/hostedzone/ZUNKNOWN');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('text/xml');
    const requestId = answer.headers.get('x-amzn-requestid');
    expect(await answer.text()).toBe(
      `<?xml version="1.0"?>\n<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>No hosted zone found with ID: ZUNKNOWN</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    );
  });

  it('list the problems of a change batch in one message', async () => {
    const { zone, change } = await start();
    await change(createOf('10.0.0.1'));
    const again = change(createOf('10.0.0.1'), createOf('10.0.0.2'), createOf('010.0.0.3'));
    const prefix =
      "Tried to create resource record set [name='rdsproxy.corp.internal.', type='A', set-identifier=";
    await expect(again).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: `[${prefix}'10.0.0.1'] but it already exists, Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '010.0.0.3'']`,
      // The SDK finds the messages where the service has put them, which is not in this list.
      messages: [],
    });
    expect(zone.find('rdsproxy.corp.internal', 'A')).toHaveLength(1);
  });

  it.each([
    ['what is not XML', 'hello', 'MalformedInput'],
    ['an element left open', '<ChangeResourceRecordSetsRequest>', 'MalformedInput'],
    ['nothing', '', 'MalformedInput'],
    ['another root', `<ChangeBatch xmlns="${NAMESPACE}"/>`, 'MalformedInput'],
    ['no namespace', '<ChangeResourceRecordSetsRequest/>', 'MalformedInput'],
    ['a missing element', `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"/>`, 'InvalidInput'],
    [
      'an unknown element',
      `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes/><X/></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      'InvalidInput',
    ],
    [
      'an element that occurs twice',
      `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes/><Changes/></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      'InvalidInput',
      /starting with element 'Changes'/,
    ],
    [
      'an empty batch',
      `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes/></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      'InvalidInput',
    ],
  ])('refuse %s in a body', async (_, body, code, says = /./) => {
    const { server, zone } = await start();
    const answer = await send(server, `/2013-04-01/hostedzone/${zone.id}/rrset`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    const text = (await answer.text()).replaceAll('&apos;', "'");
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(text).toMatch(says);
  });

  it.each([
    ['GET', '/'],
    ['PUT', '/2013-04-01/hostedzone'],
    ['GET', '/2012-12-12/hostedzone/Z1'],
    ['GET', '/2013-04-01/hostedzone/%'],
  ])('answer %s %s, which is no operation or no zone, with 404', async (method, path) => {
    const { server } = await start();
    expect((await send(server, path, { method })).status).toBe(404);
  });

  it.each(['0', '-1', 'x', ''])('refuse %j as a page size', async (maxItems) => {
    const { server, zone } = await start();
    const answer = await send(server, `/2013-04-01/hostedzone/${zone.id}/rrset?maxitems=${maxItems}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('InvalidInput')]);
  });
});

// https://docs.aws.amazon.com/general/latest/gr/r53.html
describe('signatures', () => {
  it.each([
    ['none', null, 'MissingAuthenticationToken'],
    ['another scheme', 'Bearer token', 'IncompleteSignature'],
    ['another Region', signatureFor('eu-west-1'), 'SignatureDoesNotMatch'],
    ['another service', signatureFor('us-east-1', 's3'), 'SignatureDoesNotMatch'],
  ])('refuses %s', async (_, authorization, code) => {
    const { server, zone } = await start();
    const answer = await send(server, `/2013-04-01/hostedzone/${zone.id}`, { authorization });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });

  it('refuses a client that was made for another Region and signs for it', async () => {
    const { server, zone } = await start();
    const client = clientOf(server, 'eu-west-1');
    // With an endpoint of its own the SDK signs for the Region it was given.
    await expect(client.send(new GetHostedZoneCommand({ Id: zone.id }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    client.destroy();
  });
});
