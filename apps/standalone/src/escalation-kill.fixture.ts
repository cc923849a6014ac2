import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, type Event, type OnCallPlan, type Reason, streamOf } from '#contracts';
import { systemClock } from '#runtime';
import {
  createDeliveryRepository,
  createEscalationRepository,
  createEventStore,
  type EventStore,
  READ_EVENTS_MAX,
} from '#store';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { type RoleProcess, startPager, startProcess } from './role-processes.fixture.js';

/**
 * Time of a level, ms: about what a process takes to start, so that most lives find a step that was due while nobody lived; and longer than a
 * life, so that none takes many and the levels last as long as the kills.
 */
const WAIT_MS = 1_000;
/** A server is killed at most this long after it began to serve: before, during or after the step that it finds due. */
const LIFE_MS_MAX = 900;
/** A call that came later than this waited for the lease of a sender that was killed, 45 s; a start takes 10 s at most. */
const LEASED_MS = 30_000;
/** Calls that leave side by side may come in any order. */
const BESIDE_MS = 1_000;
/** For what hangs: a delivery whose sender was killed is taken again after its lease of 45 s. */
const PATIENCE_MS = 400_000;
/** On a busy machine a process takes 10 s to start, and twice that when others start as well. */
const PATIENCE_PER_KILL_MS = 20_000;
const INCIDENT = 'in1';
const { nowMs } = systemClock;

const reason: Reason = {
  rule: 'R17',
  signal: 'dns_resolution_success_rate',
  text: 'success 23 % < 99 %',
  value: 23,
  threshold: 99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};

const planOf = (repeats: number): OnCallPlan => ({
  people: ['alice', 'bob', 'vera'].map((person) => ({ person, contacts: [{ channel: 'pagerduty' }] })),
  schedules: [],
  vp: { person: 'vera' },
  policies: [
    {
      policy: 'dns',
      levels: [{ person: 'alice' }, { person: 'bob' }, { vp: true } as const].map((each) => ({
        call: [each],
        waitMs: WAIT_MS,
      })),
      repeats,
      raises: [],
      acknowledgedForMs: WAIT_MS,
    },
  ],
});

/** An alert of a shipped rule, which no telemetry resolves: the rules keep its incident open. */
const ALERT = {
  alertId: 'al1',
  rule: 'dns_resolution_success_rate',
  scope: 'release_region',
  key: 'v2.1.5+c42|us-east',
  severity: 'critical',
  reason,
} as const;

const opened = (): Event =>
  event('IncidentOpened', {
    ...ALERT,
    incidentId: INCIDENT,
    title: 'success 23 % < 99 %',
    impact: { affectedCustomers: 0, byTier: { tier1: 0, tier2: 0, tier3: 0 }, score: 0, dollarsPerMinute: 0, top: [] },
    at: nowMs(),
  });

/** What was asked for, and what came of it. */
export interface Escalated {
  /** Those while levels were still to be called. */
  readonly kills: number;
  /** Every step of the escalation, in order. */
  readonly steps: readonly string[];
  /** Every notification that was asked for, in order. */
  readonly asked: readonly string[];
  /** What the receiver got, by key, each once, in the order in which it came. */
  readonly received: Readonly<Record<string, readonly string[]>>;
  /** Calls that waited for the lease of a killed sender. */
  readonly leased: readonly string[];
  /** Calls before which the receiver got one that was asked for after them, though no lease held them back. */
  readonly overtaken: readonly string[];
}

/** In [0, 1), the same for the same seed. */
const randomOf = (seed: number, index: number): number =>
  createHash('sha256').update(`${seed}/${index}`).digest().readUInt32BE(0) / 2 ** 32;

/** A server that is killed again and again, and lives on after the last time. */
class KilledServer {
  private process: RoleProcess | undefined;
  kills = 0;

  constructor(
    private readonly environment: Readonly<Record<string, string>>,
    /** Whether levels are still to be called. */
    private readonly isEscalating: () => Promise<boolean>,
  ) {}

  async start(): Promise<void> {
    this.process = await startProcess('standalone', this.environment);
  }

  async killAgainAndAgain(kills: number, seed: number): Promise<void> {
    if (kills > 0) await until('the escalation has begun', this.isEscalating);
    for (let kill = 0; kill < kills; kill += 1) {
      await systemClock.sleep(randomOf(seed, kill) * LIFE_MS_MAX);
      await this.process?.kill();
      // One that comes when all is told disturbs nothing, and does not count.
      if (await this.isEscalating()) this.kills += 1;
      await this.start();
    }
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }
}

/** An incident that nobody answers until all levels were called, then somebody for too short a time, and that ends. */
const happens = async (
  store: EventStore,
  test: TestDatabase,
  { repeats, patienceMs }: { readonly repeats: number; readonly patienceMs: number },
  isSent: () => Promise<unknown>,
): Promise<void> => {
  const tell = async (stream: string, told: Event): Promise<void> => {
    // The rules may say something of the incident as well.
    const isTold = async () => {
      const expectedVersion = (await store.readStream(stream)).length;
      const append = [{ stream, expectedVersion, events: [told] }];
      return 'appended' in (await store.append(append, { actor: 'test', cause: 'test' }));
    };
    await until(`${told.type} is told`, isTold);
  };
  const escalations = createEscalationRepository(test.database);
  const isExhausted = async () => (await escalations.findRow(INCIDENT))?.state === 'exhausted';
  const stream = streamOf.incident(INCIDENT);
  const plan = planOf(repeats);
  await tell(
    streamOf.onCall,
    event('OnCallLoaded', { version: 1, sha256: 'ab'.repeat(32), source: 'test', plan, at: nowMs() }),
  );
  await tell(streamOf.alert(ALERT.alertId), event('AlertFired', { ...ALERT, at: nowMs() }));
  await tell(stream, opened());
  await until('all levels were called', isExhausted, patienceMs);
  // A call that waits for the lease of a killed sender must come before its end is told: else one word says both.
  await isSent();
  await tell(stream, event('IncidentAcknowledged', { incidentId: INCIDENT, by: 'alice', note: '', at: nowMs() }));
  await until('they were called once more', isExhausted, patienceMs);
  await isSent();
  await tell(stream, event('IncidentResolved', { incidentId: INCIDENT, because: 'recovered', at: nowMs() }));
};

/** The rules may page for what they see of a server that is killed and hears no telemetry; that is another incident. */
const isOfIncident = (dedupKey: string): boolean => dedupKey.split(':')[0] === INCIDENT;

const receivedOf = (
  events: Awaited<ReturnType<typeof startPager>>['events'],
): Readonly<Record<string, readonly string[]>> => {
  const received: Record<string, string[]> = {};
  for (const { event_action: action, dedup_key: key } of events) {
    if (!isOfIncident(key)) continue;
    const ofKey = (received[key] ??= []);
    if (!ofKey.includes(action)) ofKey.push(action);
  }
  return received;
};

/** A call, when it was asked for and when it first came, ms. */
interface Call {
  readonly key: string;
  readonly askedAtMs: number;
  readonly cameAtMs: number;
}

const callsOf = (
  events: readonly Event[],
  taken: Awaited<ReturnType<typeof startPager>>['events'],
): readonly Call[] => {
  const calls = new Map<string, Call>();
  for (const { type, data } of events) {
    if (type !== 'DeliveryRequested' || !isOfIncident(data.dedupKey) || calls.has(data.dedupKey)) continue;
    const { dedupKey: key, at: askedAtMs } = data;
    const first = taken.find(
      ({ dedup_key: dedupKey, event_action: action }) => dedupKey === key && action === 'trigger',
    );
    calls.set(key, { key, askedAtMs, cameAtMs: first?.atMs ?? Infinity });
  }
  return [...calls.values()];
};

const isLeased = ({ askedAtMs, cameAtMs }: Call): boolean => cameAtMs - askedAtMs > LEASED_MS;

/** How the order in which calls came differs from that in which they were asked for. */
export const disorderOf = (calls: readonly Call[]): Pick<Escalated, 'leased' | 'overtaken'> => ({
  leased: calls.filter(isLeased).map(({ key }) => key),
  overtaken: calls
    .filter(
      (call, index) =>
        !isLeased(call) && calls.slice(index + 1).some(({ cameAtMs }) => cameAtMs < call.cameAtMs - BESIDE_MS),
    )
    .map(({ key }) => key),
});

const told = async (
  store: EventStore,
  taken: Awaited<ReturnType<typeof startPager>>['events'],
): Promise<Omit<Escalated, 'kills' | 'received'>> => {
  const events: Event[] = [];
  for (let after = 0, page = await store.readAll(after, READ_EVENTS_MAX); page.length > 0;) {
    events.push(...page.map((recorded) => recorded.event));
    after = page.at(-1)?.position ?? after;
    page = await store.readAll(after, READ_EVENTS_MAX);
  }
  return {
    ...disorderOf(callsOf(events, taken)),
    steps: events.flatMap(({ type, data }) =>
      type.startsWith('Escalation') && 'incidentId' in data && data.incidentId === INCIDENT
        ? [`${type} ${'level' in data ? data.level : ''}`]
        : [],
    ),
    asked: events.flatMap((each) =>
      each.type === 'DeliveryRequested' && isOfIncident(each.data.dedupKey)
        ? [`${each.data.person} ${each.data.action} ${each.data.dedupKey}`]
        : [],
    ),
  };
};

/** Plays an incident against a server that is killed -9 so often, at random moments of a seed. */
export const playEscalation = async (options: {
  readonly kills: number;
  readonly seed: number;
  /** How often all levels are gone through again. */
  readonly repeats: number;
}): Promise<Escalated> => {
  const test = await openTestDatabase();
  const pager = await startPager();
  const dataDir = mkdtempSync(join(tmpdir(), 'escalation-kill-'));
  const escalations = createEscalationRepository(test.database);
  const isEscalating = async () => (await escalations.findRow(INCIDENT))?.state === 'running';
  const environment = {
    DATABASE_URL: databaseUrlOf(test.connection),
    PAGERDUTY_URL: pager.url,
    PAGERDUTY_ROUTING_KEY: 'A'.repeat(32),
    DATA_DIR: dataDir,
    ADMIN_KEY: `admin.${'a'.repeat(32)}`,
  };
  const server = new KilledServer(environment, isEscalating);
  try {
    const store = createEventStore(test.database, nowMs);
    // Before the incident: a channel that was never set up is called by nobody.
    await server.start();
    const { kills, seed, repeats } = options;
    const patienceMs = PATIENCE_MS + kills * PATIENCE_PER_KILL_MS;
    const deliveries = createDeliveryRepository(test.database);
    const isNothingDue = async () => (await deliveries.list({ statuses: ['due'], limit: 1 })).length === 0;
    const isSent = () => until('every notification is sent', isNothingDue, patienceMs);
    await Promise.all([server.killAgainAndAgain(kills, seed), happens(store, test, { repeats, patienceMs }, isSent)]);
    await isSent();
    return { kills: server.kills, ...(await told(store, pager.events)), received: receivedOf(pager.events) };
  } finally {
    await server.stop();
    await pager.close();
    await test.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

/**
 * What of a play does not depend on the moments of its kills, its order at the receiver included, but for calls that waited for the lease of
 * a sender that was killed. Whether an acknowledgement left before its resolve took its place does; nobody
 * is called by either.
 */
export const calledBy = ({ received, kills: _kills, leased: _leased, ...told }: Escalated) => ({
  ...told,
  received: Object.fromEntries(
    Object.entries(received).map(([key, actions]) => [key, actions.filter((action) => action !== 'acknowledge')]),
  ),
});
