import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import type { Environment } from '#config';
import type { KnownChannel } from '#domain';
import {
  type Clock,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  type Logger,
  LOGGER,
  type Meters,
  METERS,
  type Readiness,
  READINESS,
  RELOADED,
  systemClock,
} from '#runtime';
import { createOnCallRepository, type Database, type EventStore } from '#store';
import { createOnCallLoader } from './on-call-loader.js';
import { OnCallWatch } from './on-call-watch.js';
import { type OnCallSettings, readOnCallSettings } from '../on-call.config.js';

const ON_CALL_SETTINGS = Symbol('OnCallSettings');

/** Loads who is called at the start, on SIGHUP and when somebody asks; watches for gaps. */
@Injectable()
class OnCallLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loader: ReturnType<typeof createOnCallLoader> | undefined;
  private readonly watch: OnCallWatch;
  private readonly onHangUp = (): void => void this.loader?.reload('SIGHUP');

  constructor(
    @Inject(ON_CALL_SETTINGS) settings: OnCallSettings | undefined,
    @Inject(DATABASE) database: Database,
    @Inject(EVENT_STORE) eventStore: EventStore,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METERS) private readonly meters: Meters,
  ) {
    const parts = { repository: createOnCallRepository(database), clock, logger };
    this.loader = settings === undefined ? undefined : createOnCallLoader({ ...parts, eventStore, settings });
    this.watch = new OnCallWatch(parts);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { loader, watch } = this;
    this.readiness.addNotice('on-call', () => loader?.refused() ?? watch.gap());
    if (loader !== undefined)
      this.meters.add(RELOADED, () => [
        { labels: { config: 'on-call' }, value: loader.refused() === undefined ? 1 : 0 },
      ]);
    if (loader === undefined) this.logger.info('on call: ON_CALL names no file; a plan is loaded by POST /v1/on-call');
    await loader?.load();
    loader?.follow();
    watch.follow();
    process.on('SIGHUP', this.onHangUp);
  }

  async beforeApplicationShutdown(): Promise<void> {
    process.off('SIGHUP', this.onHangUp);
    await this.loader?.stop();
    await this.watch.stop();
  }
}

/** Who is called, as a part of the dispatcher; reads the file at once, so that a wrong one stops the start. */
export const onCallProviders = (env: Environment, channels: readonly KnownChannel[]): readonly Provider[] => [
  { provide: ON_CALL_SETTINGS, useValue: readOnCallSettings(env, channels, systemClock.nowMs()) },
  OnCallLife,
];
