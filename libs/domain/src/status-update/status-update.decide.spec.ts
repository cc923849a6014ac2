import fc from 'fast-check';
import { type Event, event, type EventData, isRefusal } from '#contracts';
import { type StatusFacts, statusFactsOf } from './status-facts.js';
import {
  evolveStatusUpdates,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  type StatusUpdates,
  type ToldCustomer,
} from './status-update.js';
import {
  decideDiscard,
  decidePublication,
  decideStatusUpdates,
  refuseStatusUpdates,
  STATUS_EVERY_MS,
  type StatusPolicy,
} from './status-update.decide.js';

const T = Date.UTC(2021, 6, 22, 11, 47);
const MINUTE_MS = 60_000;
const AUTOMATIC: StatusPolicy = { mode: 'automatic', everyMs: STATUS_EVERY_MS };
const REVIEW: StatusPolicy = { mode: 'review', everyMs: STATUS_EVERY_MS };

const impact = (affectedCustomers: number): EventData<'IncidentOpened'>['impact'] => ({
  affectedCustomers,
  byTier: { tier1: affectedCustomers, tier2: 0, tier3: 0 },
  score: 100 * affectedCustomers,
  dollarsPerMinute: 50_000 * affectedCustomers,
  top: affectedCustomers === 0 ? [] : [{ customerId: 'delta', name: 'Delta Air Lines', tier: 'tier1', failing: 0.7 }],
  byRegion: [{ key: 'us-east', affectedCustomers, dollarsPerMinute: 50_000 }],
});

const opened = (changes: Partial<EventData<'IncidentOpened'>> = {}): Event =>
  event('IncidentOpened', {
    incidentId: 'in1',
    title: 'DNS success 23 % on v2.1.5+c42 in us-east',
    severity: 'critical',
    alertId: 'al1',
    rule: 'R14',
    scope: 'release_region',
    key: 'v2.1.5+c42|us-east',
    reason: {
      rule: 'R14',
      signal: 'success_rate',
      text: 'success 23 % < 99 %',
      value: 23,
      threshold: 99,
      windowMs: 60_000,
      good: 23,
      bad: 77,
      tick: 1,
      coverage: 1,
    },
    impact: impact(3),
    at: T,
    ...changes,
  });

const factsOf = (...events: readonly Event[]): StatusFacts => {
  const facts = statusFactsOf([opened(), ...events]);
  if (facts === undefined) throw new Error('nothing opened');
  return facts;
};

const resolvedAt = (at: number): Event => event('IncidentResolved', { incidentId: 'in1', because: 'well', at });

/** An incident, and a dispatcher that looks when it is due. */
class Play {
  updates: StatusUpdates = NO_STATUS_UPDATES;
  readonly events: Event[] = [];
  dueAtMs: number | null = T + MINUTE_MS;

  constructor(readonly policy: StatusPolicy) {}

  take(events: readonly Event[]): readonly Event[] {
    for (const each of events) {
      this.events.push(each);
      if (isStatusUpdateEvent(each)) this.updates = evolveStatusUpdates(this.updates, each);
      if ('dueAtMs' in each.data) this.dueAtMs = each.data.dueAtMs as number | null;
      if (each.type === 'StatusUpdatesEnded') this.dueAtMs = null;
    }
    return events;
  }

  look(nowMs: number, facts = factsOf(), fallbackCustomers = 0, hurt: readonly ToldCustomer[] = []): readonly Event[] {
    return this.take(decideStatusUpdates(this.updates, { facts, hurt, fallbackCustomers, policy: this.policy, nowMs }));
  }

  /** Looks each time when it is due, until then. */
  until(endMs: number, facts = factsOf()): this {
    while (this.dueAtMs !== null && this.dueAtMs <= endMs) {
      const before = this.dueAtMs;
      if (this.look(before, facts).length === 0) throw new Error(`nothing is due at ${before - T} ms`);
    }
    return this;
  }

  all<T extends Event['type']>(type: T): readonly EventData<T>[] {
    return this.events.flatMap((each) => (each.type === type ? [each.data as EventData<T>] : []));
  }
}

describe('what the public is told of an incident', () => {
  it('R46, B21: an incident of 193 minutes has twelve updates at least, each 15 minutes, the last at the resolution', () => {
    const play = new Play(AUTOMATIC).until(T + 193 * MINUTE_MS);
    const resolved = factsOf(resolvedAt(T + 193 * MINUTE_MS));
    play.look(T + 193 * MINUTE_MS, resolved);
    const published = play.all('StatusUpdatePublished');
    expect(published.length).toBeGreaterThanOrEqual(12);
    const minutes = published.map(({ at }) => (at - T) / MINUTE_MS);
    expect(minutes).toEqual([1, 16, 31, 46, 61, 76, 91, 106, 121, 136, 151, 166, 181, 193]);
    expect(published.at(-1)?.update).toMatchObject({ state: 'resolved', nextUpdateAtMs: null });
    expect(play.events.at(-1)).toMatchObject({ type: 'StatusUpdatesEnded' });
    expect(play.look(T + 300 * MINUTE_MS, resolved)).toEqual([]);
  });

  it('R108: the first is out within two minutes of the opening, and nothing before it is due', () => {
    const play = new Play(AUTOMATIC);
    expect(play.look(T + MINUTE_MS - 1)).toEqual([]);
    expect(play.look(T + MINUTE_MS).map(({ type }) => type)).toEqual(['StatusUpdateDrafted', 'StatusUpdatePublished']);
  });

  it('R46: a rule that asks for one makes it due at once, first or later', () => {
    const asked = (at: number) =>
      factsOf(
        event('StatusUpdateRequested', { incidentId: 'in1', alertId: 'al1', because: 'r', impact: impact(3), at }),
      );
    const early = new Play(AUTOMATIC);
    expect(early.look(T + 5_000, asked(T + 5_000))).toHaveLength(2);
    const later = new Play(AUTOMATIC).until(T + 5 * MINUTE_MS);
    expect(later.look(T + 6 * MINUTE_MS, asked(T + 6 * MINUTE_MS))).toHaveLength(2);
    expect(later.look(T + 6 * MINUTE_MS, asked(T + 6 * MINUTE_MS))).toEqual([]);
    expect(later.dueAtMs).toBe(T + 16 * MINUTE_MS);
  });

  it.each([
    [
      'its page is held back: maintenance',
      { muted: { by: 'silence', id: 's', because: 'maintenance', untilMs: null } },
    ],
    ['it is no critical incident', { severity: 'warning' }],
    ['no customer is known to be hurt', { impact: impact(0) }],
  ] as const)('says once why the public is told nothing: %s', (because, changes) => {
    const facts = statusFactsOf([opened(changes)]);
    if (facts === undefined) throw new Error('nothing opened');
    expect(refuseStatusUpdates(facts)).toBe(because);
    const play = new Play(AUTOMATIC);
    expect(play.look(T + MINUTE_MS, facts)).toMatchObject([{ type: 'StatusUpdatesHeld', data: { because } }]);
    expect(play.look(T + 2 * MINUTE_MS, facts)).toEqual([]);
    // What changes that makes the first one due.
    expect(play.look(T + 3 * MINUTE_MS).map(({ type }) => type)).toContain('StatusUpdatePublished');
  });

  it('R48: a P0 is told though nobody is known to be hurt', () => {
    const declared = event('IncidentDeclared', { incidentId: 'in1', priority: 'P0', because: 'critical', at: T });
    const facts = statusFactsOf([opened({ impact: impact(0) }), declared]);
    expect(facts && refuseStatusUpdates(facts)).toBeUndefined();
  });

  it('R46: what nobody publishes within five minutes of its time is overdue, once, until somebody does', () => {
    const play = new Play(REVIEW).until(T + 10 * MINUTE_MS);
    expect(play.all('StatusUpdatePublished')).toEqual([]);
    expect(play.all('StatusUpdateOverdue')).toMatchObject([{ n: 1, at: T + 7 * MINUTE_MS }]);
    // A newer draft takes its place; it stays overdue, and nobody is called again.
    play.until(T + 60 * MINUTE_MS);
    expect(play.all('StatusUpdateOverdue')).toHaveLength(1);
    expect(play.updates.draft?.n).toBe(4);
    const acting = { by: 'operator:alice', at: T + 61 * MINUTE_MS };
    const published = decidePublication(play.updates, { incidentId: 'in1', n: 4, edits: { text: 'We know.' } }, acting);
    if (isRefusal(published)) throw new Error(published.detail);
    play.take(published);
    expect(published).toMatchObject([{ data: { update: { text: 'We know.' }, endsOverdue: true, by: acting.by } }]);
    expect(play.dueAtMs).toBe(T + 76 * MINUTE_MS);
    expect(play.updates.isOverdue).toBe(false);
  });

  it('a draft that was replaced, published or never was is not published', () => {
    const play = new Play(REVIEW).until(T + 17 * MINUTE_MS);
    const publish = (n: number) =>
      decidePublication(play.updates, { incidentId: 'in1', n, edits: {} }, { by: 'a', at: T + 17 * MINUTE_MS });
    expect(publish(1)).toMatchObject({ refused: 'STATUS_UPDATE_NOT_DRAFT' });
    expect(publish(3)).toMatchObject({ refused: 'NOT_FOUND' });
    const second = publish(2);
    if (isRefusal(second)) throw new Error(second.detail);
    play.take(second);
    expect(publish(2)).toMatchObject({ refused: 'STATUS_UPDATE_NOT_DRAFT' });
  });

  it('one that is discarded is not overdue, and the next is due as ever', () => {
    const play = new Play(REVIEW).until(T + 8 * MINUTE_MS);
    const asked = { incidentId: 'in1', n: 1, comment: 'nothing new' };
    const discarded = decideDiscard(play.updates, asked, { by: 'a', at: T + 8 * MINUTE_MS });
    if (isRefusal(discarded)) throw new Error(discarded.detail);
    play.take(discarded);
    expect(discarded).toMatchObject([{ data: { endsOverdue: true } }]);
    expect(play.dueAtMs).toBe(T + 16 * MINUTE_MS);
  });

  it('of what the public never heard of it does not hear the end', () => {
    const play = new Play(REVIEW).until(T + 10 * MINUTE_MS);
    const ended = play.look(T + 11 * MINUTE_MS, factsOf(resolvedAt(T + 11 * MINUTE_MS)));
    expect(ended).toMatchObject([{ type: 'StatusUpdatesEnded', data: { endsOverdue: true } }]);
  });

  it('after hours without a dispatcher one update is owed, not one for each interval', () => {
    const play = new Play(AUTOMATIC).until(T + 20 * MINUTE_MS);
    play.look(T + 200 * MINUTE_MS);
    expect(play.all('StatusUpdatePublished')).toHaveLength(3);
    expect(play.dueAtMs).toBe(T + 211 * MINUTE_MS);
  });

  it('those that were told stay on the list, and read how it ended', () => {
    const play = new Play(AUTOMATIC).until(T + 2 * MINUTE_MS);
    const well = event('IncidentImpactChanged', { incidentId: 'in1', impact: impact(0), at: T });
    play.look(T + 5 * MINUTE_MS, factsOf(well, resolvedAt(T + 5 * MINUTE_MS)));
    expect(play.all('StatusUpdatePublished').at(-1)).toMatchObject({
      customers: [{ customerId: 'delta' }],
      affectedCustomers: 3,
    });
  });

  it('whenever it is due something is decided, and then it is due later, whatever people do', () => {
    const act = fc.record({ afterMs: fc.integer({ min: 0, max: 40 * MINUTE_MS }), publishes: fc.boolean() });
    const policies = fc.record({
      mode: fc.constantFrom('review', 'automatic'),
      everyMs: fc.integer({ min: 5, max: 60 }).map((minutes) => minutes * MINUTE_MS),
    });
    fc.assert(
      fc.property(policies, fc.array(act, { maxLength: 12 }), (policy, acts) => {
        const play = new Play(policy);
        let nowMs = T;
        for (const { afterMs, publishes } of acts) {
          nowMs += afterMs;
          play.until(nowMs);
          expect(play.look(nowMs)).toEqual([]);
          const n = play.updates.draft?.n;
          if (n === undefined) continue;
          const acting = { by: 'a', at: nowMs };
          const done = publishes
            ? decidePublication(play.updates, { incidentId: 'in1', n, edits: {} }, acting)
            : decideDiscard(play.updates, { incidentId: 'in1', n, comment: 'no' }, acting);
          if (isRefusal(done)) throw new Error(done.detail);
          play.take(done);
          expect(play.dueAtMs).toBeGreaterThan(nowMs);
        }
        const numbers = play.all('StatusUpdateDrafted').map(({ n }) => n);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      }),
    );
  });
});
