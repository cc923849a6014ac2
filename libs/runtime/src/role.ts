import type { DynamicModule } from '@nestjs/common';
import type { Environment } from '#config';
import type { Meanwhile } from './database-wait.js';

/** The roles of a server. Each is a folder under `apps/` with a main of its own, and may be a process of its own where the log is not embedded. */
export const SERVER_ROLES = ['gateway', 'aggregator', 'rules', 'signer', 'dispatcher', 'api'] as const;
/** The name of a role. */
export type RoleName = (typeof SERVER_ROLES)[number];

/**
 * A part of the server. `module` reads and checks the role's own settings (it throws a `ConfigError`) before anything is opened;
 * the Nest module it returns starts consumers in `onApplicationBootstrap` and stops them in `beforeApplicationShutdown`.
 */
export interface Role {
  readonly name: RoleName;
  readonly module: (env: Environment) => DynamicModule;
  /** What it does while the process waits for a database that has not answered since the start; without one such a process ends. */
  readonly meanwhile?: (env: Environment) => Meanwhile;
}
