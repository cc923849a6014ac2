import {
  type Event,
  event,
  FAMILIES,
  type RecordedEvent,
  SLOT_MS,
  streamOf,
  TICK_MS,
  TOPICS,
  type UrgentRecord,
  urgentRecordSchema,
} from '#contracts';
import {
  type ColumnBlock,
  bucketIndex,
  bucketsOf,
  type CatalogueCustomer,
  COUNT,
  COUNTS_PER_CELL,
  createCells,
  encodeBlock,
  encodePool,
  encodeTick,
  POOL_MINUTES,
  type PartitionTick,
} from '#domain';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { createLogger, type Logger, systemClock } from '#runtime';
import {
  createBaselinePoolRepository,
  createDeciderHistory,
  createEventStore,
  createPositionRepository,
  createRuleSetRepository,
  createSegmentRepository,
  createSignalMinuteRepository,
  type Database,
  type NewSegment,
} from '#store';
import {
  DEFAULT_RULE_SET,
  EventTimeFleet,
  type MakeCells,
  openTestDatabase,
  type TestDatabase,
  until,
  attestationsOf,
} from '#testing';
import { createFaults, faultyDatabase, type Faults } from './faulty-database.fixture.js';
import { digestOf } from './rule-files.js';
import { RulesConsumer } from './rules.consumer.js';
import type { RulesParts } from './rules-parts.js';
import { inStoryTime } from './story-time.fixture.js';

/** 2021-07-22 11:47 UTC: time is what the ticks say. */
const ORIGIN_TICK = Date.UTC(2021, 6, 22, 11, 47) / TICK_MS;
/** Longer than the longest window. */
const WARM_UP_SLOTS = 310;
/** A thousand slots are decided one after another, and on a busy machine that takes minutes. */
const WARM_UP_BOUND_MS = 90_000;
/** Minutes that baselines pool. */
const POOL_MS = POOL_MINUTES * 60_000;
const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
/** How long a wave is watched: short, so that a story is. */
const VERIFY_MS = 5_000;
/** The p95 of a healthy fleet (R6). */
const HEALTHY_US = 45_000;

/** Cells as the aggregator folds them: what is answered takes 45 ms, timeouts have no latency. */
const foldedCells: MakeCells = (family, counts) => {
  const cells = createCells(family);
  const { sub } = FAMILIES[family];
  for (const [key, [good, bad, timeout]] of counts) {
    const row = cells.row(key);
    cells.counts[row * COUNTS_PER_CELL + COUNT.good] = good;
    cells.counts[row * COUNTS_PER_CELL + COUNT.bad] = bad;
    cells.counts[row * COUNTS_PER_CELL + COUNT.timeout] = timeout;
    if (sub !== 0 && cells.buckets !== undefined)
      cells.buckets[row * bucketsOf(family) + bucketIndex(HEALTHY_US, sub)] = good + bad - timeout;
  }
  return cells;
};

/** The segments that the aggregator writes when a slot is over: the fleet's alone, no rule reads others. */
const segmentsOf = ({ topic, partition, tick, nextOffset, slots }: PartitionTick): readonly NewSegment[] => {
  if ((tick + 1) % TICKS_PER_SLOT > 0) return [];
  const rest = { topic, partition, firstOffset: tick, nextOffset, family: 'fleet' } as const;
  return slots.map(({ slot, block }) => ({ ...rest, slot, body: encodeBlock(fleetOf(block)) }));
};

const fleetOf = (block: ColumnBlock): ColumnBlock => new Map([...block].filter(([family]) => family === 'fleet'));

/** A consumer that can die: from then on its database refuses everything. */
interface Mortal {
  readonly consumer: RulesConsumer;
  readonly faults: Faults;
  readonly die: () => Promise<void>;
}

/** A fleet whose ticks go through a real log to real rules, one tick at a time. */
export class SlotsStory {
  readonly told: RecordedEvent[] = [];
  /** Called after each tick with what was appended meanwhile; it may change the fleet. */
  onDecided: (events: readonly Event[], afterS: number) => void = () => undefined;
  /** Of the process that was started last. */
  faults: Faults = createFaults();
  /** Messages of warnings and errors. */
  readonly complaints: string[] = [];
  /** Offsets from which processes began to read again. */
  readonly readFrom: number[] = [];
  /** Messages that are no complaints. */
  readonly lines: string[] = [];
  private started = 0;
  /** What was told already: first the rules, which are no decision. */
  private toldPosition = 0;
  private readonly mortals: Mortal[] = [];
  private now: number;

  private constructor(
    private readonly test: TestDatabase,
    private readonly log: EventLog,
    readonly fleet: EventTimeFleet,
    private readonly customers: readonly CatalogueCustomer[],
    private readonly warmUpSlots: number,
  ) {
    this.now = ORIGIN_TICK - warmUpSlots * TICKS_PER_SLOT;
  }

  static async open(
    customers: readonly CatalogueCustomer[],
    build: (fleet: EventTimeFleet) => void,
    warmUpSlots = WARM_UP_SLOTS,
  ): Promise<SlotsStory> {
    const test = await openTestDatabase();
    const log = await openEmbeddedLog({ connection: () => test.connection });
    // One partition of each, as EventTimeFleet tells them.
    const one = Object.entries(TOPICS).map(([topic, settings]) => [topic, { ...settings, partitions: 1 }]);
    await log.ensureTopics(Object.fromEntries(one));
    const ids = customers.map(({ customerId }) => customerId);
    const story = new SlotsStory(test, log, new EventTimeFleet(ids, foldedCells), customers, warmUpSlots);
    build(story.fleet);
    await story.loadRules();
    return story;
  }

  get eventStore() {
    return createEventStore(this.test.database, () => this.now * TICK_MS);
  }

  /** Seconds after the origin. */
  get afterS(): number {
    return ((this.now - ORIGIN_TICK) * TICK_MS) / 1_000;
  }

  /** The log time the story has come to. */
  get nowMs(): number {
    return this.now * TICK_MS;
  }

  /** Appends as somebody else does. */
  async appendEvents(stream: string, events: readonly Event[]): Promise<void> {
    const expectedVersion = (await this.eventStore.readStream(stream)).length;
    await this.eventStore.append([{ stream, expectedVersion, events }], { actor: 'user:alice', cause: 'test' });
  }

  /** The rules that come with Tocsin, in force from the first tick on. */
  private async loadRules(): Promise<void> {
    const sha256 = digestOf(DEFAULT_RULE_SET);
    const set = { version: 1, sha256, source: 'shipped', fromTick: 0, ruleSet: DEFAULT_RULE_SET, at: this.nowMs };
    await this.appendEvents(streamOf.rules, [event('RulesLoaded', set)]);
    await this.attest();
    this.toldPosition = await this.eventStore.head();
  }

  /** What runs at the beginning may be gone back to, as its deploy system vouches. */
  private async attest(): Promise<void> {
    const service = 'dns';
    for (const release of new Set(this.fleet.nodes.map((node) => node.release))) {
      const nodes = this.fleet.nodes.filter((node) => node.release === release).length;
      const events = attestationsOf({ service, release, nodes, at: this.nowMs });
      await this.appendEvents(streamOf.release(service, release), events);
    }
  }

  /** What an earlier life of the rules kept: pools of ten minutes that end before the story begins, newest first. */
  async keepPools(count: number, customers: readonly { readonly customerId: string; good: number; bad: number }[]) {
    const newest = Math.floor((this.now * TICK_MS) / POOL_MS) - 1;
    const pools = Array.from({ length: count }, (_, age) => ({ pool: newest - age, fleet: [], customers }));
    const rows = pools.map((each) => ({ pool: each.pool, body: encodePool(each) }));
    const held = rows.map(({ pool }) => pool);
    await createBaselinePoolRepository(this.test.database).write(this.test.database, rows, held);
  }

  /** Drops what the rules kept of minutes, as a program that keeps none leaves the database. */
  async dropKept(): Promise<void> {
    for (const table of ['baseline_pool', 'signal_minute']) await this.test.database.query(`delete from ${table}`);
  }

  /** What the rules tell the dispatchers while the database is away. */
  async urgentPages(): Promise<readonly UrgentRecord[]> {
    const records = await this.log.read({ topic: 'pages.urgent', partition: 0, offset: 0 }, 100);
    return records.map(({ value }) => urgentRecordSchema.parse(JSON.parse(Buffer.from(value).toString('utf8'))));
  }

  /** Starts one more rules process; unless told, it waits for its database however long that takes. */
  async startRules(changes: Pick<RulesParts, 'urgentAfterMs'> = {}): Promise<void> {
    const faults = createFaults();
    this.faults = faults;
    const parts = { ...this.partsOver(faultyDatabase(this.test.database, faults)), ...changes };
    const consumer = new RulesConsumer(parts, (error) => {
      throw error;
    });
    const die = async (): Promise<void> => {
      faults.isDead = true;
      await consumer.stop();
    };
    this.mortals.push({ consumer, faults, die });
    await consumer.start();
  }

  /** Why the process that was started last is not ready. */
  unready(): string | undefined {
    return this.mortals.at(-1)?.consumer.unready();
  }

  /** Kills the rules process that was started last: it writes nothing more. */
  async killRules(): Promise<void> {
    await this.mortals.pop()?.die();
  }

  /** Healthy time before the origin. */
  async warmUp(): Promise<void> {
    const records = Array.from({ length: this.warmUpSlots }, () => this.nextTick(TICKS_PER_SLOT)).flat();
    await this.append(records);
    await this.decided(WARM_UP_BOUND_MS);
  }

  /** Goes on for some seconds, tick by tick; `before` each tick is decided, its records in the log already, it may do anything. */
  async play(seconds: number, before: (tick: number) => Promise<void> = async () => undefined): Promise<void> {
    const end = this.now + (seconds * 1_000) / TICK_MS;
    while (this.now < end) {
      const tick = this.now - ORIGIN_TICK;
      await this.append(this.nextTick(1));
      await before(tick);
      await this.decided();
    }
  }

  /** Appends bytes to `slots` as they are. */
  async appendBytes(value: Uint8Array): Promise<void> {
    await this.log.append('slots', [{ key: 'telemetry.outcomes/0', value }]);
  }

  /** Moves the position of the rules by some ticks, behind their back. */
  async movePosition(ticks: number): Promise<void> {
    const move = `update ingest_position set next_offset = next_offset + $1 where consumer = 'rules'`;
    await this.test.database.query(move, [ticks]);
  }

  /** What was told, as (stream, type, data). */
  decisions(): readonly unknown[] {
    return this.told.map(({ stream, event }) => ({ stream, ...event }));
  }

  /** What was decided, in order, without how far gates have come: they say so each minute. */
  types(): readonly string[] {
    return this.told.map(({ event }) => event.type).filter((type) => type !== 'GateMeasured');
  }

  async close(): Promise<void> {
    await Promise.all(this.mortals.splice(0).map(({ die }) => die()));
    await this.log.close();
    await this.test.close();
  }

  private partsOver(database: Database): RulesParts {
    const nodes = this.fleet.nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region }));
    const customers = this.customers.map((customer) => ({ ...customer, zones: [] }));
    return {
      processId: String((this.started += 1)),
      log: inStoryTime(this.log),
      database,
      eventStore: createEventStore(database, () => this.now * TICK_MS),
      positions: createPositionRepository(database),
      segments: createSegmentRepository(database),
      signalMinutes: createSignalMinuteRepository(database),
      baselinePools: createBaselinePoolRepository(database),
      history: createDeciderHistory(database),
      ruleSets: createRuleSetRepository(database),
      catalogue: {
        current: () => ({ version: 1, nodes, customers, registry: [] }),
        onChange: () => () => undefined,
        refresh: async () => undefined,
      },
      clock: { nowMs: () => this.nowMs, sleep: systemClock.sleep },
      logger: this.logger(),
      settings: { verifyMs: VERIFY_MS },
    };
  }

  private logger(): Logger {
    const complain = (...[, text]: readonly unknown[]): void => void this.complaints.push(String(text));
    const info = (line: object, text: string): void => {
      this.lines.push(text);
      if ('offset' in line) this.readFrom.push(Number(line.offset));
    };
    return Object.assign(createLogger('silent'), { info, warn: complain, error: complain });
  }

  private nextTick(ticks: number): readonly PartitionTick[] {
    const parts = this.fleet.tick(this.now + ticks - 1, ticks);
    this.now += ticks;
    return parts;
  }

  private async append(parts: readonly PartitionTick[]): Promise<void> {
    await createSegmentRepository(this.test.database).write(this.test.database, parts.flatMap(segmentsOf));
    const records = parts.map((part) => ({ key: `${part.topic}/${part.partition}`, value: encodeTick(part) }));
    await this.log.append('slots', records);
  }

  /** Waits until every rules process has decided the last tick, and takes what was appended. */
  private async decided(boundMs?: number): Promise<void> {
    const isDecided = ({ consumer, faults }: Mortal): boolean =>
      faults.isHeld || (consumer.nextTick() ?? 0) >= this.now;
    await until(`tick ${this.now - 1} is decided`, () => this.mortals.every(isDecided), boundMs);
    const events = await this.eventStore.readAll(this.toldPosition, 1_000);
    this.toldPosition += events.length;
    this.told.push(...events);
    this.onDecided(
      events.map(({ event }) => event),
      this.afterS,
    );
  }
}
