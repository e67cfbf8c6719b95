import { ListResourceRecordSetsCommand, type RRType } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { type ContractZone, create, multivalue, simple } from './route53-zone.ts';

/** The part of the contract about `ListResourceRecordSets`, in a zone that the suite has made by the time the tests run. */
export function listingContract(zone: () => ContractZone): void {
  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
  describe('listing', () => {
    const list = (input: Partial<ListResourceRecordSetsCommand['input']>) =>
      zone().client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone().id, ...input }));

    it('orders by reversed labels with a trailing dot, then type, then set identifier', async () => {
      const name = zone().freshName();
      const label = name.slice(0, name.indexOf('.'));
      const parent = zone().name.slice(0, -1);
      const sets = [
        // The hyphen sorts before the dot that ends the label.
        simple(`${label}-x.${parent}`, '10.0.0.1'),
        multivalue(name, '10.0.0.1'),
        multivalue(name, '10.0.0.2'),
        { ...simple(name, '::1'), Type: 'AAAA' as const },
        simple(`a.${name}`, '10.0.0.1'),
        simple(`z.a.${name}`, '10.0.0.1'),
        simple(`b.${name}`, '10.0.0.1'),
      ];
      await zone().change(...sets.toReversed().map(create));
      const listed = (await zone().all()).filter(({ Name }) => sets.some((set) => `${set.Name}.` === Name));
      expect(listed).toEqual(sets.map((set) => ({ ...set, Name: `${set.Name}.` })));
    });

    it('follows pages of any size to the same list', async () => {
      const name = zone().freshName();
      await zone().change(...[1, 2, 3, 4, 5].map((i) => create(multivalue(name, `10.0.0.${i}`))));
      const whole = await zone().all();
      // Each of these page sizes ends a page within the record sets of one name.
      expect(await zone().all(3)).toEqual(whole);
      expect(await zone().all(4)).toEqual(whole);
    });

    it('names the record set that the next page begins with', async () => {
      const name = zone().freshName();
      await zone().change(create(multivalue(name, '10.0.0.1')), create(multivalue(name, '10.0.0.2')));
      const page = await list({ StartRecordName: name, StartRecordType: 'A', MaxItems: 1 });
      expect(page.ResourceRecordSets?.map((set) => set.SetIdentifier)).toEqual(['10.0.0.1']);
      expect(page).toMatchObject({
        IsTruncated: true,
        NextRecordName: `${name}.`,
        NextRecordType: 'A',
        NextRecordIdentifier: '10.0.0.2',
        MaxItems: 1,
      });
    });

    it('starts at a name, or after it where it does not exist', async () => {
      const name = zone().freshName();
      await zone().change(create(simple(`b.${name}`, '10.0.0.1')));
      for (const start of [`b.${name}`, `a.${name}`, `B.${name}.`]) {
        const page = await list({ StartRecordName: start, StartRecordType: 'A', MaxItems: 1 });
        expect(page.ResourceRecordSets?.[0]?.Name).toBe(`b.${name}.`);
      }
    });

    it('starts at a type only within the name', async () => {
      const name = zone().freshName();
      await zone().change(create(simple(name, '10.0.0.1')), create(simple(`a.${name}`, '10.0.0.1')));
      const page = await list({ StartRecordName: name, StartRecordType: 'TXT', MaxItems: 1 });
      expect(page.ResourceRecordSets?.[0]?.Name).toBe(`a.${name}.`);
    });

    it('ends with an empty page after the last name', async () => {
      // Nothing in the zone sorts after a label of tildes.
      const page = await list({ StartRecordName: `~~.${zone().name}`, StartRecordType: 'TXT' });
      expect(page).toMatchObject({ ResourceRecordSets: [], IsTruncated: false });
    });

    it.each([
      ['a type without a name', { StartRecordType: 'A' as RRType }],
      ['an identifier without a type', { StartRecordName: 'a', StartRecordIdentifier: 'x' }],
    ])('refuses %s', async (_, input) => {
      await expect(list(input)).rejects.toMatchObject({
        name: 'InvalidInput',
        $metadata: { httpStatusCode: 400 },
      });
    });
  });
}
