import { randomUUID } from 'node:crypto';
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
  EVENT_STORE,
  FATAL,
  type Fatal,
  LOGGER,
  type Logger,
  METERS,
  type Meters,
  type Readiness,
  READINESS,
  type Role,
  TRACES,
  type Traces,
} from '#runtime';
import {
  createBaselinePoolRepository,
  createDeciderHistory,
  createPositionRepository,
  createRuleSetRepository,
  createSegmentRepository,
  createSignalMinuteRepository,
  type Database,
  type EventStore,
} from '#store';
import { readRulesSettings, type RulesSettings } from './rules.config.js';
import { createRuleLoader, type RuleLoader } from './rule-loader.js';
import { meterRules, tickMeter } from './rules.meters.js';
import { RulesConsumer } from './rules.consumer.js';

const SETTINGS = Symbol('RulesSettings');

/**
 * How long a tick waits for the database before rules go on without it. A restart of PostgreSQL is over by then; a page that was due leaves
 * within five seconds of its time.
 */
const URGENT_AFTER_MS = 2_500;

/** Starts and stops the consumer. */
@Injectable()
class Rules implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly consumer: RulesConsumer;
  private readonly loader: RuleLoader;
  private readonly onHangUp = (): void => void this.loader.reload('SIGHUP');

  constructor(
    @Inject(EVENT_LOG) log: EventLog,
    @Inject(DATABASE) database: Database,
    @Inject(EVENT_STORE) eventStore: EventStore,
    @Inject(CATALOGUE) catalogue: CatalogueFollower,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(SETTINGS) settings: RulesSettings,
    @Inject(FATAL) fatal: Fatal,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METERS) meters: Meters,
    @Inject(TRACES) traces: Traces,
  ) {
    const repositories = {
      positions: createPositionRepository(database),
      segments: createSegmentRepository(database),
      signalMinutes: createSignalMinuteRepository(database),
      baselinePools: createBaselinePoolRepository(database),
      history: createDeciderHistory(database),
      ruleSets: createRuleSetRepository(database),
    };
    const parts = {
      processId: randomUUID(),
      log,
      database,
      eventStore,
      catalogue,
      clock,
      logger,
      settings,
      urgentAfterMs: URGENT_AFTER_MS,
      onDecided: tickMeter(meters),
      traces,
      ...repositories,
    };
    this.consumer = new RulesConsumer(parts, (error) => fatal('rules', error));
    this.loader = createRuleLoader({ ...parts, settings });
    const { consumer, loader } = this;
    meterRules(meters, { consumer, loader, ruleSets: repositories.ruleSets, clock });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.readiness.add('rules', () => this.consumer.unready());
    this.readiness.addNotice('rules', () => this.loader.refused());
    this.readiness.addNotice('customers', () => this.loader.unjudged());
    await this.loader.load();
    await this.consumer.start();
    this.loader.follow();
    process.on('SIGHUP', this.onHangUp);
  }

  async beforeApplicationShutdown(): Promise<void> {
    process.off('SIGHUP', this.onHangUp);
    await this.loader.stop();
    await this.consumer.stop();
  }
}

@Module({})
class RulesModule {}

/** Decides, tick by tick: alerts, incidents, rollbacks. */
export const rules: Role = {
  name: 'rules',
  module: (env): DynamicModule => ({
    module: RulesModule,
    providers: [{ provide: SETTINGS, useValue: readRulesSettings(env) }, Rules],
  }),
};
