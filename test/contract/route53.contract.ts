import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
  waitUntilResourceRecordSetsChanged,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listingContract } from './route53-listing.contract.ts';
import { existenceRejections, type Rejection, routingRejections } from './route53-rejections.ts';
import {
  fieldRejections,
  limitRejections,
  nameRejections,
  valueRejections,
} from './route53-set-rejections.ts';
import { ContractZone, create, idOf, multivalue, remove, simple, upsert, weighted } from './route53-zone.ts';

export interface Route53Target {
  /** A client of the implementation under test; the suite destroys it. */
  client(): Route53Client;
  /** A VPC for the suite's private hosted zone; where VPCs are not looked up, any well-formed ID will do. */
  readonly vpc?: { readonly VPCId: string; readonly VPCRegion: string };
  /** Whether the implementation could be started; if not, whoever runs the suite skips its tests. */
  available?(): boolean;
  /** Whether what the suite leaves there may stay. */
  readonly disposable?: boolean;
}

/**
 * What this project relies on Route 53 for, as AWS documents it, with a link beside each group.
 *
 * The suite uses the API alone: it makes a private hosted zone, works in it, and deletes it. So it can be run
 * against the embedded stand-in, an emulator or an account.
 */
export function route53Contract(target: Route53Target): void {
  const vpc = target.vpc ?? { VPCId: 'vpc-0123456789abcdef0', VPCRegion: 'us-east-1' };
  let client: Route53Client;
  let zone: ContractZone;

  beforeAll(async () => {
    if (target.available?.() === false) return;
    client = target.client();
    zone = await ContractZone.create(client, vpc);
  });
  afterAll(async () => {
    if (!target.disposable) await zone?.destroy();
    client?.destroy();
  });

  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
  describe('hosted zones', () => {
    it('tells that a zone is private, and its VPCs', async () => {
      const answer = await client.send(new GetHostedZoneCommand({ Id: zone.id }));
      expect(answer.HostedZone).toMatchObject({
        Id: `/hostedzone/${zone.id}`,
        Name: zone.name,
        Config: { PrivateZone: true },
      });
      expect(answer.VPCs).toEqual([vpc]);
      expect(answer.DelegationSet).toBeUndefined();
    });

    it('takes an ID with /hostedzone/ in front', async () => {
      const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: `/hostedzone/${zone.id}` }));
      expect(HostedZone?.Name).toBe(zone.name);
    });

    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    it('starts with NS and SOA record sets at the apex', async () => {
      const apex = (await zone.all()).filter(({ Name }) => Name === zone.name);
      expect(apex.map(({ Type }) => Type)).toEqual(['NS', 'SOA']);
    });

    it('refuses a caller reference that was used before', async () => {
      const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: zone.id }));
      const again = new CreateHostedZoneCommand({
        Name: `again.${zone.name}`,
        CallerReference: HostedZone?.CallerReference,
        VPC: vpc as CreateHostedZoneCommand['input']['VPC'],
      });
      await expect(client.send(again)).rejects.toMatchObject({ name: 'HostedZoneAlreadyExists' });
    });

    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html
    it('refuses to delete a zone that has record sets of its own', async () => {
      await zone.change(create(simple(zone.freshName(), '10.0.0.1')));
      await expect(client.send(new DeleteHostedZoneCommand({ Id: zone.id }))).rejects.toMatchObject({
        name: 'HostedZoneNotEmpty',
      });
      expect((await client.send(new GetHostedZoneCommand({ Id: zone.id }))).HostedZone?.Name).toBe(zone.name);
    });

    it.each([
      ['GetHostedZone', () => new GetHostedZoneCommand({ Id: 'ZNOSUCHZONE' })],
      ['DeleteHostedZone', () => new DeleteHostedZoneCommand({ Id: 'ZNOSUCHZONE' })],
      ['ListResourceRecordSets', () => new ListResourceRecordSetsCommand({ HostedZoneId: 'ZNOSUCHZONE' })],
      [
        'ChangeResourceRecordSets',
        () =>
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: 'ZNOSUCHZONE',
            ChangeBatch: { Changes: [create(simple('a.example.com', '10.0.0.1'))] },
          }),
      ],
    ])('answers %s of an unknown zone with NoSuchHostedZone', async (_, command) => {
      await expect(client.send(command() as GetHostedZoneCommand)).rejects.toMatchObject({
        name: 'NoSuchHostedZone',
        $metadata: { httpStatusCode: 404 },
      });
    });
  });

  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
  describe('changes', () => {
    it('creates, replaces and deletes a record set', async () => {
      const name = zone.freshName();
      await zone.change(create(simple(name, '10.0.0.1')));
      await zone.change(upsert({ ...simple(name, '10.0.0.2', '10.0.0.3'), TTL: 5 }));
      expect(await zone.at(name)).toEqual([{ ...simple(`${name}.`, '10.0.0.2', '10.0.0.3'), TTL: 5 }]);
      // The values of a DELETE may come in any order.
      await zone.change(remove({ ...simple(name, '10.0.0.3', '10.0.0.2'), TTL: 5 }));
      expect(await zone.at(name)).toEqual([]);
    });

    it('creates with UPSERT what is not there, and takes the same UPSERT again', async () => {
      const name = zone.freshName();
      await zone.change(upsert(multivalue(name, '10.0.0.1')));
      await zone.change(upsert(multivalue(name, '10.0.0.1')));
      expect(await zone.at(name)).toEqual([multivalue(`${name}.`, '10.0.0.1')]);
    });

    it('keeps multivalue record sets of one name apart by their identifiers', async () => {
      const name = zone.freshName();
      const [one, two] = [multivalue(name, '10.0.0.1'), multivalue(name, '10.0.0.2')];
      await zone.change(create(one), create(two));
      await zone.change(remove(one));
      expect(await zone.at(name)).toEqual([{ ...two, Name: `${name}.` }]);
    });

    it('lets multivalue record sets of one name have different TTLs', async () => {
      const name = zone.freshName();
      await zone.change(create(multivalue(name, '10.0.0.1')));
      await zone.change(create({ ...multivalue(name, '10.0.0.2'), TTL: 5 }));
      expect((await zone.at(name)).map(({ TTL }) => TTL)).toEqual([60, 5]);
    });

    it.each([
      ['simple by multivalue', simple, multivalue],
      ['multivalue by simple', multivalue, simple],
      ['weighted by multivalue', (name: string) => weighted(name, 'w', 1), multivalue],
    ])('swaps %s in one batch, DELETE first', async (_, from, to) => {
      const name = zone.freshName();
      await zone.change(create(from(name, '10.0.0.1')));
      await zone.change(remove(from(name, '10.0.0.1')), create(to(name, '10.0.0.1')));
      expect(await zone.at(name)).toEqual([to(`${name}.`, '10.0.0.1')]);
    });

    it('replaces a CNAME by an A record in one batch', async () => {
      const name = zone.freshName();
      const cname = { ...simple(name, 'www.example.com'), Type: 'CNAME' as const };
      await zone.change(create(cname));
      await zone.change(remove(cname), create(simple(name, '10.0.0.1')));
      expect((await zone.at(name)).map(({ Type }) => Type)).toEqual(['A']);
    });

    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
    it('takes a batch of exactly 1,000 records, 400 of them in one record set', async () => {
      const name = zone.freshName();
      const values = Array.from({ length: 400 }, (_, i) => `10.1.${Math.floor(i / 256)}.${i % 256}`);
      const sets = [
        simple(`a.${name}`, ...values),
        simple(`b.${name}`, ...values),
        simple(name, ...values.slice(200)),
      ];
      await zone.change(...sets.map(create));
      expect((await zone.at(`a.${name}`))[0]?.ResourceRecords).toHaveLength(400);
      for (const set of sets) await zone.change(remove(set));
    });

    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    it.each([
      ['letters in lower case', 'MixedCase', 'mixedcase'],
      ['an asterisk as \\052', '*', '\\052'],
      ['an escaped letter as that letter, in lower case', '\\101b', 'ab'],
      ['an underscore as it is', '_a', '_a'],
      ['other characters as octal escapes', 'a/b', 'a\\057b'],
    ])('returns %s', async (_, sent, returned) => {
      const name = zone.freshName();
      await zone.change(create(simple(`${sent}.${name}`, '10.0.0.1')));
      expect(await zone.at(`${returned}.${name}`)).toHaveLength(1);
      await zone.change(remove(simple(`${returned}.${name}.`, '10.0.0.1')));
      expect(await zone.at(`${returned}.${name}`)).toEqual([]);
    });

    it('returns identifiers and values as they were sent', async () => {
      const name = zone.freshName();
      const set = {
        ...multivalue(name, '"<a> & \'b\' \\"c\\""'),
        Type: 'TXT' as const,
        SetIdentifier: 'consul/rds proxy/<10.0.0.1>&"x"',
      };
      await zone.change(create(set));
      expect(await zone.at(name)).toEqual([{ ...set, Name: `${name}.` }]);
      await zone.change(remove(set));
    });

    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
    it('follows a change to INSYNC', async () => {
      const { ChangeInfo } = await client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zone.id,
          ChangeBatch: { Comment: 'why', Changes: [create(simple(zone.freshName(), '10.0.0.1'))] },
        }),
      );
      expect(ChangeInfo).toMatchObject({ Status: 'PENDING', Comment: 'why', SubmittedAt: expect.any(Date) });
      const id = idOf(ChangeInfo?.Id);
      await waitUntilResourceRecordSetsChanged(
        { client, maxWaitTime: 120, minDelay: 1, maxDelay: 5 },
        { Id: id },
      );
      expect((await client.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status).toBe('INSYNC');
    });

    it('answers GetChange of an unknown change with NoSuchChange', async () => {
      await expect(client.send(new GetChangeCommand({ Id: 'CNOSUCHCHANGE' }))).rejects.toMatchObject({
        name: 'NoSuchChange',
        $metadata: { httpStatusCode: 404 },
      });
    });
  });

  describe('rejections', () => {
    // By %s, since vitest cuts what $rule stands for.
    const byRule = (rejections: readonly Rejection[]) =>
      rejections.map((rejection) => [rejection.rule, rejection] as const);

    const refuses = async (_: string, { existing, changes, error, says }: Rejection) => {
      const name = zone.freshName();
      const given = existing?.(name) ?? [];
      if (given.length > 0) await zone.change(...given.map(create));
      const before = await zone.all();

      // A sound change goes before, so that a batch which is applied in part shows.
      const batch = [create(simple(`sound.${name}`, '10.9.9.9')), ...changes(name, zone.name)];
      await expect(zone.change(...batch)).rejects.toMatchObject({
        name: error === 'either' ? expect.stringMatching(/^(InvalidChangeBatch|InvalidInput)$/) : error,
        message: expect.stringMatching(says),
        $metadata: { httpStatusCode: 400 },
      });
      expect(await zone.all()).toEqual(before);
    };

    it.each(byRule(existenceRejections))('of existence: %s', refuses);
    it.each(byRule(routingRejections))('of routing: %s', refuses);
    it.each(byRule(fieldRejections))('of fields: %s', refuses);
    it.each(byRule(valueRejections))('of values: %s', refuses);
    it.each(byRule(nameRejections))('of names: %s', refuses);
    it.each(byRule(limitRejections))('of limits: %s', refuses);

    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    it.each(['NS', 'SOA'])("of a DELETE of the zone's own %s record set", async (type) => {
      const before = await zone.all();
      const own = before.find(({ Name, Type }) => Name === zone.name && Type === type);
      await expect(zone.change(remove(own as ResourceRecordSet))).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
        message: expect.stringMatching(new RegExp(`must contain .* ${type} record`)),
      });
      expect(await zone.all()).toEqual(before);
    });

    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html#API_ChangeResourceRecordSets_Errors
    it('names every fault of a batch', async () => {
      const name = zone.freshName();
      await zone.change(create(simple(name, '10.0.0.1')));
      const faulty = zone.change(
        create(simple(name, '10.0.0.2')),
        remove(simple(`gone.${name}`, '10.0.0.3')),
      );
      await expect(faulty).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
        message: expect.stringMatching(/already exists.*was not found/s),
      });
    });
  });

  listingContract(() => zone);
}
