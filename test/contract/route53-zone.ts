import { isDeepStrictEqual } from 'node:util';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';

/** A private hosted zone of the suite's own, reached by nothing but the API. */
export class ContractZone {
  readonly client: Route53Client;
  readonly id: string;
  /** With its trailing dot. */
  readonly name: string;
  #names = 0;

  private constructor(client: Route53Client, id: string, name: string) {
    this.client = client;
    this.id = id;
    this.name = name;
  }

  static async create(
    client: Route53Client,
    vpc: { VPCId: string; VPCRegion: string },
  ): Promise<ContractZone> {
    const unique = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    const { HostedZone } = await client.send(
      new CreateHostedZoneCommand({
        Name: `z${unique}.contract.internal`,
        CallerReference: unique,
        VPC: vpc as CreateHostedZoneCommand['input']['VPC'],
        HostedZoneConfig: { PrivateZone: true, Comment: 'Made by the contract suite, which deletes it' },
      }),
    );
    return new ContractZone(client, idOf(HostedZone?.Id), HostedZone?.Name ?? '');
  }

  /** A name in the zone that no other test uses, without a trailing dot. */
  freshName(): string {
    this.#names += 1;
    return `t${this.#names}.${this.name.slice(0, -1)}`;
  }

  async change(...changes: Change[]): Promise<void> {
    await this.client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: this.id, ChangeBatch: { Changes: changes } }),
    );
  }

  /** All record sets, by as many pages as it takes. */
  async all(maxItems = 300): Promise<ResourceRecordSet[]> {
    const pages: ResourceRecordSet[] = [];
    let from: Pick<
      ListResourceRecordSetsCommand['input'],
      'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'
    > = {};
    for (;;) {
      const page = await this.client.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: this.id, MaxItems: maxItems, ...from }),
      );
      pages.push(...(page.ResourceRecordSets ?? []));
      if (page.IsTruncated !== true) return pages;
      const before = from;
      from = {
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      };
      // Otherwise an implementation that pages wrongly would be asked for ever.
      if (isDeepStrictEqual(from, before))
        throw new Error(`the page after ${JSON.stringify(from)} is itself`);
    }
  }

  /** The record sets of exactly this name, given without a trailing dot. */
  async at(name: string): Promise<ResourceRecordSet[]> {
    return (await this.all()).filter((set) => set.Name === `${name}.`);
  }

  /** Deletes what the tests left in the zone, then the zone. */
  async destroy(): Promise<void> {
    const left = (await this.all()).filter(
      ({ Name, Type }) => Name !== this.name || (Type !== 'NS' && Type !== 'SOA'),
    );
    // One by one record sets are small, a batch of a thousand values would not be.
    for (let i = 0; i < left.length; i += 50) {
      await this.change(
        ...left.slice(i, i + 50).map((set): Change => ({ Action: 'DELETE', ResourceRecordSet: set })),
      );
    }
    await this.client.send(new DeleteHostedZoneCommand({ Id: this.id }));
  }
}

export function idOf(resource = ''): string {
  return resource.replace(/^\/[a-z]+\//, '');
}

/** A simple record set. */
export function simple(name: string, ...values: string[]): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) };
}

/** A multivalue answer record set with one address, which is its identifier too. */
export function multivalue(name: string, address: string): ResourceRecordSet {
  return { ...simple(name, address), SetIdentifier: address, MultiValueAnswer: true };
}

export function weighted(name: string, setIdentifier: string, weight: number): ResourceRecordSet {
  return { ...simple(name, '10.0.0.9'), SetIdentifier: setIdentifier, Weight: weight };
}

export function create(set: ResourceRecordSet): Change {
  return { Action: 'CREATE', ResourceRecordSet: set };
}

export function upsert(set: ResourceRecordSet): Change {
  return { Action: 'UPSERT', ResourceRecordSet: set };
}

export function remove(set: ResourceRecordSet): Change {
  return { Action: 'DELETE', ResourceRecordSet: set };
}
