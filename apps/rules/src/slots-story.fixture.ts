import { type Event, FAMILIES, type RecordedEvent, SLOT_MS, TICK_MS, TOPICS } from '#contracts';
import {
  bucketIndex,
  bucketsOf,
  type CatalogueCustomer,
  COUNT,
  COUNTS_PER_CELL,
  createCells,
  encodeTick,
  type PartitionTick,
} from '#domain';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { createLogger, systemClock } from '#runtime';
import {
  createDeciderHistory,
  createEventStore,
  createPositionRepository,
  createSegmentRepository,
  type Database,
} from '#store';
import { EventTimeFleet, type MakeCells, openTestDatabase, type TestDatabase, until } from '#testing';
import { RulesConsumer } from './rules.consumer.js';
import type { RulesParts } from './rules-parts.js';

/** 2021-07-22 11:47 UTC: time is what the ticks say. */
const ORIGIN_TICK = Date.UTC(2021, 6, 22, 11, 47) / TICK_MS;
/** Longer than the longest window. */
const WARM_UP_SLOTS = 310;
const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
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

/** A consumer that can die: from then on its database refuses everything. */
interface Mortal {
  readonly consumer: RulesConsumer;
  readonly die: () => Promise<void>;
}

/** A fleet whose ticks go through a real log to real rules, one tick at a time. */
export class SlotsStory {
  readonly told: RecordedEvent[] = [];
  /** Called after each tick with what was appended meanwhile; it may change the fleet. */
  onDecided: (events: readonly Event[], afterS: number) => void = () => undefined;
  /** While true, every rules process is without its database; the log goes on. */
  isDatabaseAway = false;
  private readonly mortals: Mortal[] = [];
  private now = ORIGIN_TICK - WARM_UP_SLOTS * TICKS_PER_SLOT;

  private constructor(
    private readonly test: TestDatabase,
    private readonly log: EventLog,
    readonly fleet: EventTimeFleet,
    private readonly customers: readonly CatalogueCustomer[],
    readonly verifyMs: number,
  ) {}

  static async open(
    customers: readonly CatalogueCustomer[],
    build: (fleet: EventTimeFleet) => void,
    verifyMs = 5_000,
  ): Promise<SlotsStory> {
    const test = await openTestDatabase();
    const log = await openEmbeddedLog({ connection: () => test.connection });
    // One partition of each, as EventTimeFleet tells them.
    const one = Object.entries(TOPICS).map(([topic, settings]) => [topic, { ...settings, partitions: 1 }]);
    await log.ensureTopics(Object.fromEntries(one));
    const ids = customers.map(({ customerId }) => customerId);
    const story = new SlotsStory(test, log, new EventTimeFleet(ids, foldedCells), customers, verifyMs);
    build(story.fleet);
    return story;
  }

  get eventStore() {
    return this.eventStoreAt(() => this.now * TICK_MS);
  }

  /** A store that records at other times than the story's. */
  eventStoreAt(nowMs: () => number) {
    return createEventStore(this.test.database, nowMs);
  }

  /** The story's time, ms. */
  get nowMs(): number {
    return this.now * TICK_MS;
  }

  /** Seconds after the origin. */
  get afterS(): number {
    return ((this.now - ORIGIN_TICK) * TICK_MS) / 1_000;
  }

  /** Starts one more rules process. */
  async startRules(): Promise<void> {
    let isDead = false;
    const refuse = (): void => {
      if (isDead) throw new Error('this process is dead');
      if (this.isDatabaseAway) throw new Error('the database is away');
    };
    const { database } = this.test;
    const mortal: Database = {
      ...database,
      query: async (text, values) => {
        refuse();
        return database.query(text, values);
      },
      transaction: async (work, options) => {
        refuse();
        return database.transaction(async (tx) => {
          const result = await work(tx);
          refuse();
          return result;
        }, options);
      },
    };
    const consumer = new RulesConsumer(this.partsOver(mortal), (error) => {
      throw error;
    });
    const die = async (): Promise<void> => {
      isDead = true;
      await consumer.stop();
    };
    this.mortals.push({ consumer, die });
    await consumer.start();
  }

  /** Kills the rules process that was started last: it writes nothing more. */
  async killRules(): Promise<void> {
    await this.mortals.pop()?.die();
  }

  /** Why the rules process that was started last is not ready; undefined when it is. */
  unready(): string | undefined {
    return this.mortals.at(-1)?.consumer.unready();
  }

  /** Healthy time before the origin. */
  async warmUp(): Promise<void> {
    const records = Array.from({ length: WARM_UP_SLOTS }, () => this.nextTick(TICKS_PER_SLOT)).flat();
    await this.append(records);
    await this.decided();
  }

  /** Goes on for some seconds, tick by tick; `before` each tick may do anything. */
  async play(seconds: number, before: (tick: number) => Promise<void> = async () => undefined): Promise<void> {
    const end = this.now + (seconds * 1_000) / TICK_MS;
    while (this.now < end) {
      await before(this.now - ORIGIN_TICK);
      await this.append(this.nextTick(1));
      await this.decided();
    }
  }

  /** What was told, as (stream, type, data). */
  decisions(): readonly unknown[] {
    return this.told.map(({ stream, event }) => ({ stream, ...event }));
  }

  types(): readonly string[] {
    return this.told.map(({ event }) => event.type);
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
      log: this.log,
      database,
      eventStore: createEventStore(database, () => this.now * TICK_MS),
      positions: createPositionRepository(database),
      segments: createSegmentRepository(database),
      history: createDeciderHistory(database),
      catalogue: {
        current: () => ({ version: 1, nodes, customers }),
        onChange: () => () => undefined,
        refresh: async () => undefined,
      },
      clock: systemClock,
      logger: createLogger('silent'),
      settings: { verifyMs: this.verifyMs },
    };
  }

  private nextTick(ticks: number): readonly PartitionTick[] {
    const parts = this.fleet.tick(this.now + ticks - 1, ticks);
    this.now += ticks;
    return parts;
  }

  private async append(parts: readonly PartitionTick[]): Promise<void> {
    const records = parts.map((part) => ({ key: `${part.topic}/${part.partition}`, value: encodeTick(part) }));
    await this.log.append('slots', records);
  }

  /** Waits until every rules process has decided the last tick, and takes what was appended. */
  private async decided(): Promise<void> {
    const isDecided = ({ consumer }: Mortal): boolean => (consumer.nextTick() ?? 0) >= this.now;
    await until(`tick ${this.now - 1} is decided`, () => this.mortals.every(isDecided));
    const events = await this.eventStore.readAll(this.told.at(-1)?.position ?? 0, 1_000);
    this.told.push(...events);
    this.onDecided(
      events.map(({ event }) => event),
      this.afterS,
    );
  }
}
