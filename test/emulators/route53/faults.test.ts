import { GetHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';
import { clientOf, createOf, start } from './support.ts';

describe('faults', () => {
  it.each([
    ['throttling', 400, 'Throttling', 'Rate exceeded'],
    ['prior-request', 400, 'PriorRequestNotComplete', /still processing a prior request/],
    ['internal-error', 500, 'InternalFailure', /internal error/],
    ['service-unavailable', 503, 'ServiceUnavailable', /unavailable/],
    ['access-denied', 403, 'AccessDenied', /not authorized to perform: route53:ChangeResourceRecordSets/],
    ['expired-token', 403, 'ExpiredToken', /token .* is expired/],
    ['invalid-change-batch', 400, 'InvalidChangeBatch', /^\[.*\]$/],
    ['no-such-zone', 404, 'NoSuchHostedZone', /No hosted zone found with ID: Z/],
  ] as const)('%s answers with its error, and changes nothing', async (kind, status, name, message) => {
    const { server, zone, change } = await start();
    server.faults.add({ kind, operation: 'ChangeResourceRecordSets' });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: status },
    });
    expect(zone.find('rdsproxy.corp.internal', 'A')).toEqual([]);
    expect(server.requests.at(-1)).toMatchObject({ operation: 'ChangeResourceRecordSets', status });
  });

  it('says a message of its own', async () => {
    const { server, change } = await start();
    server.faults.add({ kind: 'invalid-change-batch', message: 'because' });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ message: '[because]' });
  });

  it('resets the connection before the change is made', async () => {
    const { server, zone, change } = await start();
    server.faults.add({ kind: 'reset', times: 1 });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(zone.find('rdsproxy.corp.internal', 'A')).toEqual([]);
    await change(createOf('10.0.0.1'));
    expect(zone.find('rdsproxy.corp.internal', 'A')).toHaveLength(1);
  });

  it('loses the answer after the change is made', async () => {
    const { server, zone, change } = await start();
    server.faults.add({ kind: 'lost-answer', times: 1 });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(zone.find('rdsproxy.corp.internal', 'A')).toHaveLength(1);
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
  });

  it('hangs until the caller gives up', async () => {
    const { server, zone, client } = await start();
    server.faults.add({ kind: 'hang' });
    const giveUp = new AbortController();
    const hanging = client.send(new GetHostedZoneCommand({ Id: zone.id }), { abortSignal: giveUp.signal });
    await until(() => server.requests.length === 1);
    giveUp.abort();
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.requests[0]).not.toHaveProperty('status');
  });

  it('lets go of a hanging request when it closes', async () => {
    const { server, zone, client } = await start();
    server.faults.add({ kind: 'hang' });
    const hanging = expect(client.send(new GetHostedZoneCommand({ Id: zone.id }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await until(() => server.requests.length === 1);
    await server.close();
    await hanging;
  });

  it('strikes only the operation it is for', async () => {
    const { server, zone, client, change } = await start();
    server.faults.add({ kind: 'throttling', operation: 'ListResourceRecordSets' });
    await change(createOf('10.0.0.1'));
    await expect(
      client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone.id })),
    ).rejects.toMatchObject({
      name: 'Throttling',
    });
  });

  it('strikes as many times as it is told', async () => {
    const { server, change } = await start();
    server.faults.add({ kind: 'prior-request', times: 2 });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ name: 'PriorRequestNotComplete' });
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ name: 'PriorRequestNotComplete' });
    await change(createOf('10.0.0.1'));
  });

  it('strikes where its condition holds, which may look into the changes', async () => {
    const { server, change } = await start();
    server.faults.add({
      kind: 'throttling',
      when: ({ changes = [] }) => changes.some(({ recordSet }) => recordSet.values.includes('10.0.0.2')),
    });
    await change(createOf('10.0.0.1'));
    await expect(change(createOf('10.0.0.2'))).rejects.toMatchObject({ name: 'Throttling' });
  });

  it('ends when it is taken away, by itself or with all others', async () => {
    const { server, change } = await start();
    const remove = server.faults.add({ kind: 'throttling' });
    server.faults.add({ kind: 'access-denied' });
    remove();
    await expect(change(createOf('10.0.0.1'))).rejects.toMatchObject({ name: 'AccessDenied' });
    server.faults.clear();
    await change(createOf('10.0.0.1'));
  });

  it("is ridden out by the SDK's own retries", async () => {
    const { server, zone } = await start();
    const client = clientOf(server, 'us-east-1', 2);
    onTestFinished(() => client.destroy());
    server.faults.add({ kind: 'service-unavailable', times: 1 });
    await client.send(new GetHostedZoneCommand({ Id: zone.id }));
    expect(server.requests.map(({ status }) => status)).toEqual([503, 200]);
  });
});
