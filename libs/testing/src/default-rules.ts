import { fileURLToPath } from 'node:url';
import { readYamlFiles } from '#config';
import { type Rule, ruleFileSchema, type RuleSet } from '#contracts';
import { compileRules } from '#domain';

const SHIPPED = fileURLToPath(new URL('../../../../rules', import.meta.url));

const readShipped = (): RuleSet => {
  const { merged, problems } = readYamlFiles([SHIPPED], ruleFileSchema, compileRules);
  if (merged === undefined) throw new Error(problems.join('\n'));
  return merged.ruleSet;
};

/** The set that comes with Tocsin, as a process reads it. */
export const DEFAULT_RULE_SET: RuleSet = readShipped();

/** The rules that come with Tocsin. */
export const DEFAULT_RULES: readonly Rule[] = DEFAULT_RULE_SET.rules;
