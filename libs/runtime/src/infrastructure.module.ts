import { type DynamicModule, Module } from '@nestjs/common';
import type { Infrastructure } from './infrastructure.js';
import {
  AUTHENTICATOR,
  CATALOGUE,
  CLOCK,
  DATABASE,
  DOOR,
  EVENT_LOG,
  EVENT_STORE,
  FATAL,
  LINKS,
  LOGGER,
  METERS,
  NODE_KEYS,
  NOTICES,
  READ_DATABASE,
  READINESS,
  SIGN_IN,
  TRACES,
} from './tokens.js';

export * from './tokens.js';
export type { Logger } from './logger.js';
export type { Fatal, Infrastructure } from './infrastructure.js';

/** Gives every role what the process opened. */
@Module({})
export class InfrastructureModule {
  static of(parts: Infrastructure): DynamicModule {
    const values: readonly [symbol, unknown][] = [
      [DATABASE, parts.database],
      [READ_DATABASE, parts.readDatabase],
      [EVENT_LOG, parts.eventLog],
      [EVENT_STORE, parts.eventStore],
      [CATALOGUE, parts.catalogue],
      [CLOCK, parts.clock],
      [LOGGER, parts.logger],
      [METERS, parts.meters],
      [AUTHENTICATOR, parts.authenticator],
      [NODE_KEYS, parts.nodeKeys],
      [LINKS, parts.links],
      [DOOR, parts.door],
      [SIGN_IN, parts.signIn],
      [NOTICES, parts.notices],
      [READINESS, parts.readiness],
      [FATAL, parts.fatal],
      [TRACES, parts.traces],
    ];
    return {
      module: InfrastructureModule,
      global: true,
      providers: values.map(([provide, useValue]) => ({ provide, useValue })),
      exports: values.map(([token]) => token),
    };
  }
}
