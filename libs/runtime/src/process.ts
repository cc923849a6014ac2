import { ConfigError } from '#config';
import type { Role } from './role.js';
import { readRuntimeSettings } from './settings.js';
import { start } from './start.js';

/** Wrong settings: starting again would say the same. */
const EXIT_CONFIG = 2;
/** A part stopped for good: a supervisor starts the process again. */
const EXIT_FATAL = 1;

/** Runs roles as this process until SIGTERM or SIGINT; a second signal ends it at once. `--check-config` only reads the settings. */
export const runProcess = async (roles: readonly Role[]): Promise<void> => {
  try {
    if (process.argv.includes('--check-config')) {
      readRuntimeSettings(process.env);
      for (const role of roles) role.module(process.env);
      process.stdout.write('the settings are right\n');
      return;
    }
    const running = await start(roles, { environment: process.env, onFatal: () => process.exit(EXIT_FATAL) });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void running.stop().then(() => process.exit(0)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_CONFIG;
  }
};
