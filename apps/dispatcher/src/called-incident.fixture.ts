import { event, type Event, type OnCallPlan, type Policy, streamOf } from '#contracts';
import type { Channel } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { hasty, opened, World } from './dispatcher.fixture.js';

const ROUTING_KEY = 'CANARYxROUTINGxKEYx0123456789abc';
/** Each has a PagerDuty service of their own, by the name that the plan has for it. */
export const PAGER_KEYS: ReadonlyMap<string, string> = new Map(
  ['alice', 'bob', 'vera'].map((person) => [person, `CANARYx${person}`.padEnd(32, 'x')]),
);
const MINUTE_MS = 60_000;

/** A level of a policy that calls people. */
export const level = (waitMs: number, ...people: readonly string[]): Policy['levels'][number] => ({
  call: people.map((person) => ({ person })),
  waitMs,
});

const POLICY: Policy = {
  policy: 'dns',
  levels: [level(4 * MINUTE_MS, 'alice'), level(5 * MINUTE_MS, 'bob')],
  repeats: 0,
  raises: [],
  acknowledgedForMs: 30 * MINUTE_MS,
};

/** Alice first, Bob after four minutes; Vera is the VP. */
export const planOf = (policy: Partial<Policy> = {}): OnCallPlan => ({
  people: ['alice', 'bob', 'vera'].map((person) => ({ person, contacts: [{ channel: 'pagerduty', address: person }] })),
  schedules: [],
  vp: { person: 'vera' },
  policies: [{ ...POLICY, ...policy }],
});

/** An impact by its score. */
export const impactOf = (score: number) => ({
  affectedCustomers: 10,
  byTier: { tier1: 10, tier2: 0, tier3: 0 },
  score,
  dollarsPerMinute: 5_000,
  top: [],
});

/** Incident `in1` while a plan says who is called, with a dispatcher and a pager. */
export class CalledIncident {
  /** Of the incident's stream. */
  version = 0;

  private constructor(
    readonly world: World,
    readonly pagerDuty: FakePagerDuty,
    readonly dispatcher: Dispatcher,
  ) {}

  static async open(): Promise<CalledIncident> {
    const [world, pagerDuty] = [await World.open(), await startFakePagerDuty()];
    return new CalledIncident(world, pagerDuty, await world.dispatcher([pagerOf(pagerDuty)]));
  }

  async close(): Promise<void> {
    await this.pagerDuty.close();
    await this.world.close();
  }

  readonly pager = (): Channel => pagerOf(this.pagerDuty);
  readonly loads = (plan: OnCallPlan): Promise<unknown> =>
    this.world.tell(
      streamOf.onCall,
      0,
      event('OnCallLoaded', { version: 1, sha256: 'ab'.repeat(32), source: 'test', plan, at: this.at() }),
    );
  readonly tells = async (...events: readonly Event[]): Promise<void> => {
    await this.world.tell(streamOf.incident('in1'), this.version, ...events);
    this.version += events.length;
  };
  /** Opens it, in one append with what comes with it; its first page leaves. */
  readonly opens = async (...more: readonly Event[]): Promise<void> => {
    await this.tells(opened('in1', this.at()), ...more);
    await this.dispatcher.settle();
  };
  readonly at = (): number => this.world.clock.nowMs();
  readonly waits = async (ms: number): Promise<void> => {
    await this.world.clock.advance(ms);
    await this.dispatcher.settle();
  };
  /** Who was told what under which key, in order. */
  readonly told = async (): Promise<readonly string[]> =>
    (await this.world.deliveries())
      .toReversed()
      .map(({ person, action, dedupKey }) => `${person} ${action} ${dedupKey}`);
  readonly steps = async (): Promise<readonly string[]> =>
    (await this.world.eventStore.readStream(streamOf.escalation('in1'))).map(({ event: { type } }) => type);
  readonly acknowledges = (by: string): Promise<void> =>
    this.tells(event('IncidentAcknowledged', { incidentId: 'in1', by, note: '', at: this.at() }));
  readonly resolves = (): Promise<void> =>
    this.tells(event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at: this.at() }));
}

const pagerOf = ({ url }: FakePagerDuty): Channel =>
  hasty(pagerDutyChannel({ url: new URL(url), routingKey: ROUTING_KEY, keysByAddress: PAGER_KEYS }));
