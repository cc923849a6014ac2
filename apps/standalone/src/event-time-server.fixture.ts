import {
  CONTENT_TYPE,
  encodeProtobuf,
  type Family,
  FLEET_KEY,
  type PrincipalRole,
  type Signal,
  TICK_MS,
} from '#contracts';
import { COUNT, COUNTS_PER_CELL, createCells, encodeBlock } from '#domain';
import { type Clock, type Role, systemClock } from '#runtime';
import { type AlertRow, createSegmentRepository } from '#store';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, until } from '#testing';
import { api } from '../../api/src/api.role.js';
import { type ToldFleet, zoneOf } from './told-fleet.fixture.js';

/**
 * Event time that is told at once. Partitions on which nothing comes tell how far time has come a few times a second; one that is more
 * than 10 s behind the others would no longer be waited for.
 */
const STEP_MS = 7_000;
const SECOND_MS = 1_000;
const MINUTE_S = 60;
/** Ticks: the rules record how far they are once a second, and the newest ones are open. */
const BEHIND_TICKS_MAX = 8;

/**
 * Of the machine's time, from one repetition in the log to the next. Rules that did not get the database for 2.5 s, for that time alone, go on
 * in memory and come back with the next record, which no source tells while the clock stands.
 */
const REPEAT_EVERY_MS = 2_000;
/** For what hangs, nothing else: a machine that has other work stands still for many seconds. */
const HANGS_MS = 240_000;

/** Customers of one request at most. */
const REGISTERED_MAX = 1_000;

type Counts = readonly [good: number, bad: number];

const blockOf = (family: Family, counts: readonly (readonly [key: string, counts: Counts])[]): Uint8Array => {
  const cells = createCells(family);
  for (const [key, [good, bad]] of counts) {
    const at = cells.row(key) * COUNTS_PER_CELL;
    cells.counts[at + COUNT.good] = good;
    cells.counts[at + COUNT.bad] = bad;
  }
  return encodeBlock(new Map([[family, cells]]));
};

const post = async (url: URL, key: string, body: unknown, contentType = 'application/json'): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: key, 'content-type': contentType },
    body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status >= 300) throw new Error(`${url.pathname}: ${response.status} ${text}`);
};

const register = async ({ url, keyOf }: ServedRoles, { nodes, customers }: ToldFleet): Promise<void> => {
  const admin = await keyOf('admin');
  const listed = nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region }));
  await post(new URL('/v1/nodes', url), admin, { nodes: listed });
  const owned = customers.map(({ customerId, tier }) => {
    return { customerId, name: customerId, tier, critical: false, zones: [zoneOf(customerId)] };
  });
  for (let from = 0; from < owned.length; from += REGISTERED_MAX)
    await post(new URL('/v1/customers', url), admin, { customers: owned.slice(from, from + REGISTERED_MAX) });
};

/** What the server said. */
export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what is asked for is what the test expects
  readonly body: any;
}

/** Roles on a database of their own whose log and whose clock stand where the test has come to: minutes pass in seconds. */
export class EventTimeServer {
  /** What others do with what was decided, after each step. */
  onDecided: () => Promise<void> = async () => undefined;

  private constructor(
    private readonly test: TestDatabase,
    private readonly served: ServedRoles,
    private readonly time: { ms: number },
    private readonly fleet: ToldFleet,
    private readonly keys: Readonly<Record<'ingest' | 'deploy' | 'admin', string>>,
  ) {}

  static async open(
    roles: readonly Role[],
    fleet: ToldFleet,
    startsAtMs: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<EventTimeServer> {
    const test = await openTestDatabase();
    const time = { ms: startsAtMs };
    await writeHistory(test, fleet, startsAtMs);
    // By a process before this one: baselines are read at the start, those of the customers that there are.
    const before = await serveRoles([api], test);
    await register(before, fleet);
    await before.close();
    const nowMs = (): number => time.ms;
    const clock: Clock = { nowMs, sleep: systemClock.sleep };
    const served = await serveRoles(roles, test, { clock, logNowMs: nowMs, environment });
    const [ingest, deploy] = [await served.keyOf('ingest'), await served.keyOf('deploy')];
    return new EventTimeServer(test, served, time, fleet, { ingest, deploy, admin: await served.keyOf('admin') });
  }

  get nowMs(): number {
    return this.time.ms;
  }

  /** Tells what the fleet does for some seconds, and so many support tickets a minute; comes back when all of it is decided. */
  async play(seconds: number, ticketsPerMinute?: number): Promise<void> {
    const end = this.nowMs + seconds * SECOND_MS;
    while (this.nowMs < end) {
      const stepEnd = Math.min(end, this.nowMs + STEP_MS);
      while (this.nowMs < stepEnd) await this.tellSecond(ticketsPerMinute);
      await this.isDecided();
      await this.onDecided();
    }
  }

  /** Where it listens. */
  get url(): string {
    return this.served.url;
  }

  /** A key of a role, as the header of a request has it. */
  keyOf(role: PrincipalRole): Promise<string> {
    return this.served.keyOf(role);
  }

  /** Asks as anybody does from outside; with a body it is a POST. */
  async ask(key: string, path: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(new URL(path, this.served.url), { headers, ...sent });
    return { status: response.status, body: await response.json() };
  }

  async signal(signal: Signal): Promise<void> {
    await this.post('/v1/signals', signal.type === 'deploy' ? this.keys.deploy : this.keys.admin, signal);
  }

  /** Every alert there ever was, as the API shows it. */
  async alerts(): Promise<readonly AlertRow[]> {
    const { alerts } = (await this.get('/v1/alerts?limit=500')) as { alerts: readonly AlertRow[] };
    return alerts;
  }

  /** Whether a rule that did not fire had something to judge: `within_threshold`, `unknown`, … */
  async whyNot(rule: string, subject: string): Promise<string> {
    const asked = `/v1/why-not/${rule}?subject=${encodeURIComponent(subject)}&at=${this.nowMs}`;
    return ((await this.get(asked)) as { verdict: string }).verdict;
  }

  async close(): Promise<void> {
    await this.served.close();
    await this.test.close();
  }

  private async tellSecond(ticketsPerMinute?: number): Promise<void> {
    const second = Math.floor(this.nowMs / SECOND_MS);
    this.time.ms += SECOND_MS;
    const { ingest, admin } = this.keys;
    const posts = this.fleet
      .batches(second)
      .map((batch) => this.post('/v1/telemetry/outcomes', ingest, encodeProtobuf(batch), CONTENT_TYPE.protobuf));
    const heartbeats = this.fleet.heartbeats(second);
    if (heartbeats.length > 0) posts.push(this.post('/v1/telemetry/nodes', ingest, heartbeats));
    if (ticketsPerMinute !== undefined) {
      const tickets = { type: 'tickets', count: ticketsPerMinute / MINUTE_S, atUs: second * 1_000_000 };
      posts.push(this.post('/v1/signals', admin, tickets));
    }
    await Promise.all(posts);
  }

  /** The rules have come to the present; the clock stands meanwhile, however long it takes. */
  private async isDecided(): Promise<void> {
    const tick = this.nowMs / TICK_MS - BEHIND_TICKS_MAX;
    let repeatAtMs = performance.now() + REPEAT_EVERY_MS;
    const isCome = async (): Promise<boolean> => {
      if (performance.now() >= repeatAtMs) {
        await this.repeatTick();
        repeatAtMs = performance.now() + REPEAT_EVERY_MS;
      }
      const read = `select next_offset::float8 as next from ingest_position where consumer = 'rules'`;
      const [row] = await this.test.database.query<{ next: number }>(read);
      return (row?.next ?? 0) >= tick;
    };
    await until(`tick ${tick} is decided`, isCome, HANGS_MS);
  }

  /** Tells the rules once more what a source told last: a repetition, which changes nothing. */
  private async repeatTick(): Promise<void> {
    const { eventLog } = this.served.parts;
    const [{ high } = { high: 0 }] = await eventLog.offsets('slots');
    const [last] = await eventLog.read({ topic: 'slots', partition: 0, offset: Math.max(0, high - 1) }, 1);
    if (last !== undefined)
      await eventLog.append('slots', [{ key: last.key, value: last.value, headers: last.headers }]);
  }

  private post(path: string, key: string, body: unknown, contentType?: string): Promise<void> {
    return post(new URL(path, this.served.url), key, body, contentType);
  }

  private async get(path: string): Promise<unknown> {
    const response = await fetch(new URL(path, this.served.url), { headers: { authorization: this.keys.admin } });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Two hours before: what normal is, a second of every minute, and ten of every ten. */
const HISTORY_MINUTES = 130;
const HISTORY_SECONDS = 10;
const NORMAL = [99_950, 50] as const;

/** As an aggregator before this one wrote it: baselines are read from the segments. */
const writeHistory = async ({ database }: TestDatabase, { customers }: ToldFleet, beforeMs: number): Promise<void> => {
  const newest = Math.floor(beforeMs / 60_000) - 1;
  const fleet = blockOf('fleet', [[FLEET_KEY, NORMAL]]);
  const each = blockOf(
    'customer',
    customers.map(({ customerId }) => [customerId, NORMAL]),
  );
  const segments = Array.from({ length: HISTORY_MINUTES }, (_, age) => newest - age).flatMap((minute) =>
    Array.from({ length: HISTORY_SECONDS }, (_unused, second) => {
      const at = { topic: 'telemetry.outcomes', partition: 0, firstOffset: 0, nextOffset: 1 } as const;
      const place = { ...at, slot: minute * MINUTE_S + second };
      return [
        { ...place, family: 'fleet', body: fleet },
        { ...place, family: 'customer', body: each },
      ] as const;
    }).flat(),
  );
  await createSegmentRepository(database).write(database, segments);
};
