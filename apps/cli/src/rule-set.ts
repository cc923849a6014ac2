import { fileURLToPath } from 'node:url';
import { readYamlFiles } from '#config';
import { ruleFileSchema, type RuleSet } from '#contracts';
import { compileRules } from '#domain';
import { UsageError } from './usage-error.js';

/** The rules that come with Tocsin; this runs from dist/apps/cli/src. */
const SHIPPED_RULES = fileURLToPath(new URL('../../../../rules/default.yml', import.meta.url));

/** Reads rules as a process would: a file, a directory of `*.yml`, or the shipped pack. Throws a UsageError with every mistake. */
export const readRuleSet = (path: string = SHIPPED_RULES): RuleSet => {
  const { merged, problems } = readYamlFiles([path], ruleFileSchema, compileRules);
  if (merged === undefined) throw new UsageError(problems.join('\n'));
  return merged.ruleSet;
};
