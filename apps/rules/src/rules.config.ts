import { z } from 'zod';
import { ConfigError, type Environment, readSettings } from '#config';
import { RULE_WINDOW_MS_MAX, type RuleSet } from '#contracts';
import { VERIFY_MS } from '#domain';
import { readRuleFiles, type RuleSource, SHIPPED_RULES } from './rule-files.js';

/** As long as windows hold at most. */
const watched = z.coerce.number().int().min(1_000).max(RULE_WINDOW_MS_MAX).multipleOf(1_000);

const schema = z.object({
  /** For how long a rolled back wave must look healthy before the next one, ms. A minute or more, but for rehearsals. */
  ROLLBACK_VERIFY_MS: watched.default(VERIFY_MS),
  /** A file of rules, or a directory of them, in place of those that come with Tocsin. */
  RULES: z.string().optional(),
});

/** What the rules read from the environment. */
export interface RulesSettings {
  readonly verifyMs: number;
  readonly source: RuleSource;
  /** As they were read at the start; a reload reads them again. */
  readonly ruleSet: RuleSet;
}

/** Reads the settings of the rules, and the rules; throws a `ConfigError` when they are wrong. */
export const readRulesSettings = (env: Environment): RulesSettings => {
  const { ROLLBACK_VERIFY_MS: verifyMs, RULES: path } = readSettings(env, schema);
  const source =
    path === undefined
      ? { path: SHIPPED_RULES, name: 'rules/default.yml, shipped' }
      : { path, name: path.slice(0, 1_000) };
  const { merged, problems } = readRuleFiles(source);
  if (merged === undefined) throw new ConfigError(problems.map((problem) => `RULES: ${problem}`));
  return { verifyMs, source, ruleSet: merged.ruleSet };
};
