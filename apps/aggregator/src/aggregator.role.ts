import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { EventLog } from '#event-log';
import {
  CATALOGUE,
  type CatalogueFollower,
  CLOCK,
  type Clock,
  DATABASE,
  EVENT_LOG,
  FATAL,
  type Fatal,
  LOGGER,
  type Logger,
  METERS,
  type Meters,
  NODE_KEYS,
  type NodeKeyring,
  type Readiness,
  READINESS,
  type Role,
  type Traces,
  TRACES,
} from '#runtime';
import { createNodeLedger, type Database } from '#store';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { meterAggregator } from './aggregator.meters.js';
import { keepSegments } from './aggregator-retention.js';
import { sumMinutes } from './minutes.js';
import { logCounters } from './counters-log.js';
import { DeadLetterConsumer } from './dead-letter.consumer.js';
import { followZones } from './zone-customers.js';

/** Starts and stops the parts of the role. */
@Injectable()
class Aggregator implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly zones: ReturnType<typeof followZones>;
  private readonly consumer: AggregatorConsumer;
  private readonly deadLetters: DeadLetterConsumer;
  private readonly stopping = new AbortController();
  private retention: Promise<void> = Promise.resolve();
  private summing: Promise<void> = Promise.resolve();
  /** Told to stop last, so that the last line has everything. */
  private readonly counted = new AbortController();
  private telling: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EVENT_LOG) log: EventLog,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CATALOGUE) catalogue: CatalogueFollower,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(NODE_KEYS) keys: NodeKeyring,
    @Inject(FATAL) fatal: Fatal,
    @Inject(METERS) private readonly meters: Meters,
    @Inject(TRACES) traces: Traces,
  ) {
    this.zones = followZones(catalogue, () => (this.consumer.counters.zonesUnknown += 1));
    const parts = { log, database, clock, logger };
    this.consumer = new AggregatorConsumer({
      ...parts,
      catalogue: this.zones,
      keys,
      traces,
      onCrash: (error) => fatal('aggregator', error),
    });
    this.deadLetters = new DeadLetterConsumer({ ...parts, onCrash: (error) => fatal('dead letters', error) });
  }

  async onApplicationBootstrap(): Promise<void> {
    meterAggregator(this.meters, this.consumer.counters, createNodeLedger(this.database));
    this.readiness.add('aggregator', () => this.consumer.unready());
    const { database, clock, logger } = this;
    this.telling = logCounters({ counters: this.consumer.counters, clock, logger }, this.counted.signal);
    await this.consumer.start();
    await this.deadLetters.start();
    this.retention = keepSegments({ database, clock, logger }, this.stopping.signal);
    this.summing = sumMinutes({ database, clock, logger }, this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.consumer.stop(), this.deadLetters.stop(), this.retention, this.summing]);
    this.zones.stop();
    this.counted.abort();
    await this.telling;
  }
}

@Module({})
class AggregatorModule {}

/** Folds outcomes into slots and segments, and tells the rules what became known, tick by tick. */
export const aggregator: Role = {
  name: 'aggregator',
  module: (): DynamicModule => ({ module: AggregatorModule, providers: [Aggregator] }),
};
