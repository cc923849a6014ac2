import type { OutcomeBatch } from '#contracts';
import { partitionOf } from '#event-log';
import { createCounters } from './aggregator-counters.js';
import type { AggregatorConsumer, AggregatorParts } from './aggregator.consumer.js';
import { catalogue, makeBatch, recordOf } from './fleet-history.fixture.js';
import { findProblem, type Sent } from './protocol-simulation.oracle.js';
import { PARTITIONS, SimulatedLog } from './simulated-log.fake.js';
import { SimulatedPostgres } from './simulated-postgres.fake.js';
import { type Life, Scheduler } from './simulated-scheduler.fake.js';

/** The code under simulation: the module of the repository, or one with a fault put in. */
export type Aggregator = new (parts: AggregatorParts) => Pick<AggregatorConsumer, 'start' | 'counters' | 'lag'>;

/** What became of one seed. */
export interface Simulated {
  readonly problem: string | undefined;
  readonly counters: ReturnType<typeof createCounters>;
}

const STEPS_WITH_FAULTS = 220;
/** Steps in which everything must have been counted once nothing fails any more; three times what the slowest seed takes. */
const STEPS_QUIET_MAX = 1_500;
/** Share of operations of the log that fail; commits fail twice as often, so that last ones do as well. */
const FAULTS = 0.15;
const NODES = ['n1', 'n2', 'n3', 'n4'];
const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;

interface Sender {
  readonly nodeId: string;
  boot: number;
  seq: number;
  published: number;
}

/** One run of several processes over one log and one database, all in the hands of the scheduler. */
class Simulation {
  readonly sent: Sent[] = [];
  readonly scheduler: Scheduler;
  readonly log: SimulatedLog;
  readonly postgres: SimulatedPostgres;
  private readonly senders: Sender[] = NODES.map((nodeId) => ({ nodeId, boot: 1, seq: 0, published: 0 }));
  private readonly processes: { readonly life: Life; readonly aggregator: InstanceType<Aggregator> }[] = [];
  private readonly all: InstanceType<Aggregator>[] = [];
  private delayed: OutcomeBatch[] = [];
  private readonly startMs: number;
  private quietMs = 0;

  constructor(
    seed: number,
    private readonly Code: Aggregator,
  ) {
    this.scheduler = new Scheduler(seed);
    this.log = new SimulatedLog(this.scheduler);
    this.postgres = new SimulatedPostgres(this.scheduler);
    this.startMs = this.scheduler.nowMs;
  }

  async run(): Promise<Simulated> {
    this.setFaults(FAULTS);
    await this.start();
    // Half of the seeds lose nothing, so that what the rules are told can be compared as well.
    const isLossy = this.scheduler.chance(0.5);
    for (let step = 0; step < STEPS_WITH_FAULTS; step += 1) {
      this.send();
      await this.harm(isLossy);
      await this.scheduler.step();
    }
    this.setFaults(0);
    this.quietMs = this.scheduler.nowMs;
    const isSettled = await this.settle();
    const problem = isSettled ? this.judge(isLossy) : this.unfinished();
    return { problem: this.postgres.unknown ?? this.log.thrown ?? problem, counters: this.total() };
  }

  private setFaults(faults: number): void {
    this.log.faults = faults;
    this.postgres.faults = 2 * faults;
  }

  private judge(isLossy: boolean): string | undefined {
    const { log, sent, startMs } = this;
    return findProblem({ log, tables: this.postgres.tables, sent, isLossy, startMs });
  }

  private total() {
    const total = createCounters();
    for (const { counters } of this.all)
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += counters[name];
    return total;
  }

  private async start(): Promise<void> {
    const life = { isDead: false };
    const { scheduler } = this;
    const aggregator = new this.Code({
      log: this.log.logOf(life),
      database: this.postgres.databaseOf(life),
      catalogue,
      clock: {
        nowMs: () => scheduler.nowMs,
        sleep: (ms, signal) =>
          Promise.race([
            scheduler.turn(life, ms),
            new Promise<void>((done) => signal?.addEventListener('abort', () => done(), { once: true })),
          ]),
      },
      logger: silent,
      onCrash: () => undefined,
    });
    this.processes.push({ life, aggregator });
    this.all.push(aggregator);
    await aggregator.start();
  }

  private async harm(isLossy: boolean): Promise<void> {
    const { scheduler, log } = this;
    if (scheduler.chance(0.02)) {
      await this.start();
      const { life } = this.processes.splice(scheduler.below(this.processes.length - 1), 1)[0]!;
      life.isDead = true;
      this.postgres.kill(life);
      log.kill(life);
    }
    if (this.processes.length < 3 && scheduler.chance(0.03)) await this.start();
    if (scheduler.chance(0.03)) log.rebalance();
    if (!isLossy) return;
    const partition = scheduler.below(PARTITIONS);
    // What retention took before anybody ever began to read is nobody's loss.
    if (scheduler.chance(0.01) && this.postgres.tables.positions.has(String(partition))) log.trim(partition);
    if (scheduler.chance(0.01) && !this.isUnknown(partition)) log.leaveHole(partition);
    if (scheduler.chance(0.005) && this.position(partition).nextOffset > 0 && !this.isUnknown(partition))
      log.recreate(partition);
  }

  /** A node appends a batch, or repeats one, loses one, holds one back, or begins anew. */
  private send(): void {
    const { scheduler } = this;
    if (this.delayed.length > 0 && scheduler.chance(0.05)) this.append(this.delayed.shift()!);
    if (!scheduler.chance(0.25)) return;
    const sender = scheduler.pick(this.senders);
    if (scheduler.chance(0.03)) Object.assign(sender, { boot: sender.boot + 1, seq: 0, published: 0 });
    const batch = this.next(sender);
    if (scheduler.chance(0.05)) return;
    if (scheduler.chance(0.05)) return void this.delayed.push(batch);
    if (scheduler.chance(0.03))
      return this.isUnknown(partitionOf(batch.nodeId, PARTITIONS))
        ? undefined
        : this.log.add({ ...recordOf(batch), value: Uint8Array.of(255) });
    this.append(batch);
    if (scheduler.chance(0.1)) this.append(batch);
    if (scheduler.chance(0.1)) this.delayed.push(batch);
  }

  private next(sender: Sender): OutcomeBatch {
    const { scheduler } = this;
    sender.seq += 1;
    const aheadMs = scheduler.chance(0.04) ? -90_000 : scheduler.chance(0.03) ? 60_000 : 0;
    const dtUs = Array.from({ length: 1 + scheduler.below(3) }, () => scheduler.below(1_500_000));
    sender.published += dtUs.length;
    const { nodeId, boot, seq, published } = sender;
    const t0Us = (scheduler.nowMs - 1_600 + aheadMs) * 1_000;
    return makeBatch({ nodeId, agentBootId: String(boot), seq, published, t0Us }, dtUs);
  }

  private position(partition: number): { readonly incarnation: number; readonly nextOffset: number } {
    return this.postgres.tables.positions.get(String(partition)) ?? { incarnation: 1, nextOffset: 0 };
  }

  /** A topic that was made anew, and nobody has seen it yet. When it grew past the old position first, only batch gaps would tell. */
  private isUnknown(partition: number): boolean {
    return this.position(partition).incarnation < this.log.partitions[partition]!.incarnation;
  }

  private append(batch: OutcomeBatch): void {
    if (this.isUnknown(partitionOf(batch.nodeId, PARTITIONS))) return;
    const record = recordOf(batch);
    this.sent.push({ value: record.value, batch });
    this.log.add(record);
  }

  private async settle(): Promise<boolean> {
    for (let step = 0; step < STEPS_QUIET_MAX; step += 1) {
      await this.scheduler.step();
      const { positions } = this.postgres.tables;
      const isDone = this.log.partitions.every(({ high, incarnation }, partition) => {
        const row = positions.get(String(partition));
        return row?.nextOffset === high && row.incarnation >= incarnation;
      });
      if (isDone && this.isTold()) return true;
    }
    return false;
  }

  private unfinished(): string {
    const { log, postgres, processes } = this;
    const ends = log.partitions.map(({ incarnation, low, high }) => `${incarnation}: ${low}..${high}`);
    const rows = Array.from(postgres.tables.positions.values(), (row) => `${row.incarnation}: ${row.nextOffset}`);
    return `not everything is counted after ${STEPS_QUIET_MAX} quiet steps of ${processes.length} processes: the log has ${ends.join(', ')}; positions are ${rows.join(', ')}`;
  }

  /** Time has gone on for long enough that the last tick was told, and what had not settled. */
  private isTold(): boolean {
    return this.scheduler.nowMs > this.quietMs + 6_000;
  }
}

/** Runs one seed; the same seed gives the same run. */
export const simulate = (seed: number, code: Aggregator): Promise<Simulated> => new Simulation(seed, code).run();
