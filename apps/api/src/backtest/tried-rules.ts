import { readYamlTexts } from '#config';
import { refuseAll, type Refusal, ruleFileSchema, type RuleSet } from '#contracts';
import { compileRules } from '#domain';

/** How the text is called where something is wrong with it. */
const NAME = 'rules.yml';

/** Rules that somebody sent, as a file of them would be read; or every mistake: file, line, column, the line, and a caret below it. */
export const readTriedRules = (text: string): RuleSet | Refusal => {
  const { merged, problems } = readYamlTexts([{ name: NAME, text }], ruleFileSchema, compileRules);
  if (merged !== undefined) return merged.ruleSet;
  return refuseAll(
    'RULES_INVALID',
    problems.map((detail) => ({ pointer: '/rules', detail })),
  );
};
