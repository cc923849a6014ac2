import { z } from 'zod';
import { type Environment, readSettings } from '#config';
import { VERIFY_MS } from '#domain';

const wholeSeconds = z.coerce.number().int().min(1_000).multipleOf(1_000);

const schema = z.object({
  /** For how long a rolled back wave must look healthy before the next one, ms. A minute or more, but for rehearsals. */
  ROLLBACK_VERIFY_MS: wholeSeconds.default(VERIFY_MS),
});

/** What the rules read from the environment. */
export interface RulesSettings {
  readonly verifyMs: number;
}

/** Reads the settings of the rules; throws a `ConfigError` when they are wrong. */
export const readRulesSettings = (env: Environment): RulesSettings => ({
  verifyMs: readSettings(env, schema).ROLLBACK_VERIFY_MS,
});
