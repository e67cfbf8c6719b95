import type {
  ChangeResourceRecordSetsRequest,
  ListResourceRecordSetsRequest,
  ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { AwsApiError } from '../../emulators/aws/api-error.ts';
import type { Change, RecordSet, RecordType } from '../../emulators/route53/model.ts';
import { Throttle } from '../../emulators/route53/throttle.ts';
import type { HostedZone } from '../../emulators/route53/zones.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Sandbox, Timeline } from './timeline.ts';

/** As the function's client has them: milliseconds for an attempt, and how many there are. */
const TIMEOUT = 3_000;
const MAX_ATTEMPTS = 8;

/** Of the account: requests and record changes. An UPSERT costs 2. */
const CHANGES = { capacity: 1_500, refillPerSecond: 100 };

const RETRYABLE = ['Throttling', 'PriorRequestNotComplete', 'TimeoutError', 'ServiceUnavailable'];

/** A command of the SDK, as far as the record store sends them. */
interface Command {
  readonly input: Partial<ChangeResourceRecordSetsRequest & ListResourceRecordSetsRequest>;
}

type Answer = { readonly output: object } | { readonly error: Error };

/** What the API did at one moment. */
export type ApiEvent =
  | { readonly kind: 'changed'; readonly changes: readonly Change[]; readonly before: readonly RecordSet[] }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'rejected'; readonly message: string };

/** Route 53's API for one zone: as strict as the emulator, whose rules these are, behind a network that may fail. */
export class SimulatedRoute53 {
  isDown = false;
  readonly zone: HostedZone;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #network: Network;
  readonly #throttle: Throttle;
  readonly #onEvent: (event: ApiEvent) => void;
  #busyUntil = 0;

  constructor(
    zone: HostedZone,
    timeline: Timeline,
    random: Random,
    network: Network,
    onEvent: (event: ApiEvent) => void,
  ) {
    this.zone = zone;
    this.#timeline = timeline;
    this.#random = random;
    this.#network = network;
    this.#onEvent = onEvent;
    this.#throttle = new Throttle({ changes: CHANGES }, () => timeline.now);
  }

  /** The client of one process, as the SDK's: it tries again, and cannot know whether a try was carried out. */
  client(sandbox: Sandbox): Route53Client {
    const send = (command: Command, { abortSignal }: { abortSignal: AbortSignal }) =>
      this.#send(sandbox, command, abortSignal);
    return { send } as unknown as Route53Client;
  }

  #send(sandbox: Sandbox, command: Command, signal: AbortSignal): Promise<object> {
    return new Promise((resolve, reject) => {
      let attempts = 0;
      let isOver = false;
      const attempt = () => {
        if (isOver || signal.aborted) return;
        attempts++;
        let isAnswered = false;
        const settle = (answer: Answer) => {
          if (isAnswered || isOver) return;
          isAnswered = true;
          cancel();
          if ('error' in answer && RETRYABLE.includes(answer.error.name) && attempts < MAX_ATTEMPTS) {
            const ceiling = Math.min(2_000, 100 * 2 ** (attempts - 1));
            sandbox.after(this.#random.between(ceiling / 2, ceiling), attempt);
            return;
          }
          isOver = true;
          if ('error' in answer) reject(Object.assign(answer.error, { $metadata: { attempts } }));
          else resolve(answer.output);
        };
        const cancel = sandbox.after(TIMEOUT, () => settle({ error: named('TimeoutError', 'no answer') }));
        this.#network.carry(() => {
          if (this.isDown && this.#random.chance(0.5)) return;
          const answer = this.#serve(command);
          for (const delay of this.#network.delays()) sandbox.after(delay, () => settle(answer));
        });
      };
      attempt();
    });
  }

  #serve({ input }: Command): Answer {
    if (this.isDown) return { error: named('ServiceUnavailable', 'try again later') };
    const requested = input.ChangeBatch?.Changes?.map(
      ({ Action = 'UPSERT', ResourceRecordSet: set }): Change => ({
        action: Action,
        recordSet: fromInput(set ?? { Name: undefined, Type: undefined }),
      }),
    );
    const cost = (requested ?? []).reduce((sum, { action }) => sum + (action === 'UPSERT' ? 2 : 1), 0);
    if (!this.#throttle.admits(cost)) {
      this.#onEvent({ kind: 'throttled' });
      return { error: named('Throttling', 'Rate exceeded') };
    }
    if (requested) return this.#change(requested);
    if ('MaxItems' in input) return { output: this.#list(input) };
    const { name } = this.zone;
    return { output: { HostedZone: { Name: name, Config: { PrivateZone: this.zone.private } } } };
  }

  #change(requested: readonly Change[]): Answer {
    if (this.#timeline.now < this.#busyUntil)
      return { error: named('PriorRequestNotComplete', 'a change of the zone is in progress') };
    this.#busyUntil = this.#timeline.now + this.#random.between(0, 30);
    const before = this.zone.recordSets();
    try {
      const changes = this.zone.apply(requested);
      this.#onEvent({ kind: 'changed', changes, before });
      return { output: { ChangeInfo: {} } };
    } catch (error) {
      if (!(error instanceof AwsApiError)) throw error;
      this.#onEvent({ kind: 'rejected', message: error.message });
      return { error: named(error.code, error.message) };
    }
  }

  #list(input: Command['input']): object {
    const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: setIdentifier } = input;
    const most = input.MaxItems ?? 300;
    const from =
      name === undefined
        ? undefined
        : { name, ...(type && { type }), ...(setIdentifier !== undefined && { setIdentifier }) };
    const listed = this.zone.list(from, most + 1);
    const next = listed[most];
    return {
      ResourceRecordSets: listed.slice(0, most).map(toOutput),
      IsTruncated: next !== undefined,
      ...(next && {
        NextRecordName: next.name,
        NextRecordType: next.type,
        ...(next.setIdentifier !== undefined && { NextRecordIdentifier: next.setIdentifier }),
      }),
    };
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function fromInput(set: ResourceRecordSet): RecordSet {
  return {
    name: set.Name ?? '',
    type: set.Type as RecordType,
    values: (set.ResourceRecords ?? []).map(({ Value = '' }) => Value),
    ...(set.SetIdentifier !== undefined && { setIdentifier: set.SetIdentifier }),
    ...(set.MultiValueAnswer !== undefined && { multiValueAnswer: set.MultiValueAnswer }),
    ...(set.TTL !== undefined && { ttl: set.TTL }),
  };
}

function toOutput(set: RecordSet): ResourceRecordSet {
  return {
    Name: set.name,
    Type: set.type,
    ResourceRecords: set.values.map((Value) => ({ Value })),
    ...(set.setIdentifier !== undefined && { SetIdentifier: set.setIdentifier }),
    ...(set.multiValueAnswer !== undefined && { MultiValueAnswer: set.multiValueAnswer }),
    ...(set.ttl !== undefined && { TTL: set.ttl }),
  };
}
