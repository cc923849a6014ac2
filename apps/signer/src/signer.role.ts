import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import {
  CATALOGUE,
  type CatalogueFollower,
  type Clock,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  type Logger,
  LOGGER,
  type Meters,
  METERS,
  NOTICES,
  type Notices,
  type Readiness,
  READINESS,
  type Role,
} from '#runtime';
import type { Database, EventStore } from '#store';
import { createSigner, type Signer } from './signer.js';
import { readSignerSettings, SIGN_EVERY_MS, type SignerSettings } from './signer.config.js';

const SETTINGS = Symbol('SignerSettings');

/** Starts the signer, ticks it, and stops it. */
@Injectable()
class SignerSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private signer: Signer | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: SignerSettings,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly eventStore: EventStore,
    @Inject(CATALOGUE) private readonly catalogue: CatalogueFollower,
    @Inject(NOTICES) private readonly notices: Notices,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METERS) private readonly meters: Meters,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { settings, database, eventStore, catalogue, notices, clock, logger, meters } = this;
    this.readiness.add('signer', () => (this.signer === undefined ? 'it has not started' : this.signer.unready()));
    this.signer = await createSigner({
      settings,
      database,
      eventStore,
      fleet: () => catalogue.current().nodes,
      notices,
      clock,
      logger,
      meters,
    });
  }

  @Interval(SIGN_EVERY_MS)
  tick(): void {
    this.signer?.tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.signer?.stop();
  }
}

class SignerModule {}

/** Signs commands: the only holder of the key that makes nodes act. */
export const signer: Role = {
  name: 'signer',
  module: (env) => ({
    module: SignerModule,
    imports: [ScheduleModule.forRoot()],
    providers: [{ provide: SETTINGS, useValue: readSignerSettings(env) }, SignerSchedule],
  }),
};
