import { randomInt } from 'node:crypto';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import type { EventLog } from '#event-log';
import {
  type Clock,
  CLOCK,
  DATABASE,
  EVENT_LOG,
  EVENT_STORE,
  LINKS,
  type LinkSettings,
  FATAL,
  type Fatal,
  type Logger,
  LOGGER,
  type Meters,
  METERS,
  NODE_KEYS,
  type NodeKeyring,
  NOTICES,
  type Notices,
  type Readiness,
  READINESS,
  type Role,
  type Traces,
  TRACES,
} from '#runtime';
import type { Database, EventStore } from '#store';
import { pageMeanwhile } from './degraded/meanwhile.js';
import { createDispatcher, type Dispatcher } from './dispatcher.js';
import { onCallProviders } from './on-call/on-call-life.js';
import { withLinks } from './page-links.js';
import { type DispatcherSettings, readDispatcherSettings, RECONCILE_EVERY_MS } from './dispatcher.config.js';

const SETTINGS = Symbol('DispatcherSettings');

/** Jitter needs no more steps than this. */
const RANDOM_STEPS = 2 ** 32;
const random = (): number => randomInt(RANDOM_STEPS) / RANDOM_STEPS;

/** Starts the dispatcher, ticks it, and stops it. */
@Injectable()
class DispatcherSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private dispatcher: Dispatcher | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: DispatcherSettings,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly eventStore: EventStore,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(NODE_KEYS) private readonly nodeKeys: NodeKeyring,
    @Inject(LINKS) private readonly links: LinkSettings,
    @Inject(NOTICES) private readonly notices: Notices,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(FATAL) private readonly onFatal: Fatal,
    @Inject(METERS) private readonly meters: Meters,
    @Inject(TRACES) private readonly traces: Traces,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { database, eventStore, eventLog, nodeKeys, notices, clock, logger, onFatal, meters, traces } = this;
    this.readiness.addNotice('dispatcher', () => this.dispatcher?.notice());
    this.readiness.add('dispatcher', () =>
      this.dispatcher === undefined ? 'it has not started' : this.dispatcher.unready(),
    );
    const settings = { ...this.settings, channels: withLinks(this.settings.channels, this.links) };
    const shared = { database, eventStore, eventLog, nodeKeys, notices, clock, logger, meters, traces };
    const parts = { ...shared, settings, random, onFatal };
    this.dispatcher = await createDispatcher(parts);
  }

  @Interval(RECONCILE_EVERY_MS)
  tick(): void {
    this.dispatcher?.tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.dispatcher?.stop();
  }
}

class DispatcherModule {}

/** Sends pages and signed commands, and publishes events; it holds no key that signs commands. */
export const dispatcher: Role = {
  name: 'dispatcher',
  meanwhile: (env) => (parts) => pageMeanwhile(readDispatcherSettings(env), parts, random),
  module: (env) => {
    const settings = readDispatcherSettings(env);
    return {
      module: DispatcherModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        { provide: SETTINGS, useValue: settings },
        DispatcherSchedule,
        ...onCallProviders(env, [...settings.channels.values()]),
      ],
    };
  },
};
