import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { keepSecret } from './secret-values.js';

/** Environment variables, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that are wrong; the message names every one of them, and never shows a value that could be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** A setting; what is empty is not set. */
export const settingOf = (env: Environment, name: string): string | undefined => {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
};

/** A secret from NAME, or from the file that NAME_FILE names (an orchestrator's secret mount). */
export const secretOf = (env: Environment, name: string): string | undefined => {
  const value = settingOf(env, name);
  const file = settingOf(env, `${name}_FILE`);
  if (value !== undefined || file === undefined) return value === undefined ? undefined : keepSecret(value);
  try {
    return keepSecret(readFileSync(file, 'utf8').trim());
  } catch (cause) {
    throw new ConfigError([`${name}_FILE: cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? 'error'})`]);
  }
};

/**
 * Reads settings whose names are the keys of a schema; a secret may also come from the file that NAME_FILE names. All problems are
 * told at once, each with its variable.
 */
export const readSettings = <S extends z.ZodObject>(
  env: Environment,
  schema: S,
  secrets: readonly (keyof S['shape'] & string)[] = [],
): z.output<S> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [
      name,
      secrets.includes(name) ? secretOf(env, name) : settingOf(env, name),
    ]),
  );
  const checked = schema.safeParse(given);
  if (checked.success) return checked.data;
  throw new ConfigError(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
};
