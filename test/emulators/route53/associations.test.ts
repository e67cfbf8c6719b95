import {
  AssociateVPCWithHostedZoneCommand,
  DisassociateVPCFromHostedZoneCommand,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { start } from './support.ts';

const FIRST = 'vpc-0123456789abcdef0';
const SECOND = 'vpc-0fedcba9876543210';
const request = (HostedZoneId: string, VPCId: string) => ({
  HostedZoneId,
  VPC: { VPCId, VPCRegion: 'eu-west-1' as const },
});

describe('the VPCs of a private zone', () => {
  it('come and go, down to the last one', async () => {
    const { zone, client } = await start();
    await client.send(new AssociateVPCWithHostedZoneCommand(request(zone.id, SECOND)));
    expect(zone.vpcs.map(({ id }) => id)).toEqual([FIRST, SECOND]);
    await client.send(new DisassociateVPCFromHostedZoneCommand(request(zone.id, FIRST)));
    expect(zone.vpcs).toEqual([{ region: 'eu-west-1', id: SECOND }]);
    const last = client.send(new DisassociateVPCFromHostedZoneCommand(request(zone.id, SECOND)));
    await expect(last).rejects.toMatchObject({ name: 'LastVPCAssociation' });
    const gone = client.send(new DisassociateVPCFromHostedZoneCommand(request(zone.id, FIRST)));
    await expect(gone).rejects.toMatchObject({ name: 'VPCAssociationNotFound' });
  });

  it('are not those of another zone of the same name, nor any for a public one', async () => {
    const { server, client } = await start();
    const vpcs = [{ region: 'eu-west-1', id: SECOND }];
    const same = server.zones.create({ name: 'corp.internal', private: true, vpcs });
    const below = server.zones.create({ name: 'a.corp.internal', private: true, vpcs });
    const isPublic = server.zones.create({ name: 'corp.internal', private: false });
    await client.send(new AssociateVPCWithHostedZoneCommand(request(below.id, FIRST)));
    for (const [id, vpc, name] of [
      [same.id, FIRST, 'ConflictingDomainExists'],
      [isPublic.id, FIRST, 'PublicZoneVPCAssociation'],
      [below.id, 'net-1', 'InvalidVPCId'],
    ] as const) {
      const refused = client.send(new AssociateVPCWithHostedZoneCommand(request(id, vpc)));
      await expect(refused).rejects.toMatchObject({ name });
    }
  });
});
