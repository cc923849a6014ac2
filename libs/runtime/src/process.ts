import { ConfigError, withoutSecretValues } from '#config';
import type { Role } from './role.js';
import { readRuntimeSettings } from './settings.js';
import { start } from './start.js';

/** Wrong settings: starting again would say the same. */
const EXIT_CONFIG = 2;
/** A part stopped for good: a supervisor starts the process again. */
const EXIT_FATAL = 1;

const CHECK_ONLY = '--check-config';

/** Node itself would print the error of a crash with whatever stands in it. */
const crash = (error: unknown): void => {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${withoutSecretValues(told)}\n`);
  process.exit(EXIT_FATAL);
};

/** The roles that the words name, in the order of `roles`; all of them when none is named. */
const chosen = (roles: readonly Role[], words: readonly string[]): readonly Role[] => {
  const names = roles.map(({ name }): string => name);
  const unknown = words.filter((word) => word !== CHECK_ONLY && !names.includes(word));
  if (unknown.length > 0)
    throw new ConfigError([
      `${unknown.join(' ')}: unknown; the words are ${CHECK_ONLY} and the roles ${names.join(', ')}, all else are settings`,
    ]);
  const named = roles.filter(({ name }) => words.includes(name));
  return named.length === 0 ? roles : named;
};

/**
 * Runs roles as this process until SIGTERM or SIGINT; a second signal ends it at once. Words after the command name some of the
 * roles; `--check-config` only reads the settings.
 */
export const runProcess = async (all: readonly Role[]): Promise<void> => {
  process.once('uncaughtException', crash);
  try {
    const words = process.argv.slice(2);
    const roles = chosen(all, words);
    if (words.includes(CHECK_ONLY)) {
      readRuntimeSettings(process.env);
      for (const role of roles) role.module(process.env);
      process.stdout.write('the settings are right\n');
      return;
    }
    const running = await start(roles, { environment: process.env, onFatal: () => process.exit(EXIT_FATAL) });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void running.stop().then(() => process.exit(0)));
  } catch (error) {
    // Logged by `start`, in one line like everything else: whoever is woken reads the log, not a trace of this file.
    if (!(error instanceof ConfigError)) process.exit(EXIT_FATAL);
    process.stderr.write(`${withoutSecretValues(error.message)}\n`);
    process.exitCode = EXIT_CONFIG;
  }
};
