import { readYamlFiles } from '#config';
import { ruleFileSchema, type RuleSet } from '#contracts';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRules } from './compile.js';

const directory = mkdtempSync(join(tmpdir(), 'rule-language-'));
const read = (...texts: readonly string[]) => {
  const paths = texts.map((text, index) => {
    const path = join(directory, `${'abc'[index]}.yml`);
    writeFileSync(path, text);
    return path;
  });
  return readYamlFiles(paths, ruleFileSchema, compileRules);
};

/** What is wrong with files a.yml, b.yml and c.yml: place, message and caret. */
export const problemsOf = (...texts: readonly string[]): readonly string[] =>
  (read(...texts).problems ?? []).map((problem) => problem.replaceAll(`${directory}/`, ''));

/** The first lines: place and message. */
export const saidOf = (...texts: readonly string[]): readonly string[] =>
  problemsOf(...texts).map((problem) => problem.split('\n')[0] ?? '');

/** The rules of a file that is right. */
export const setOf = (text: string): RuleSet => {
  const { merged, problems } = read(text);
  if (merged === undefined) throw new Error(problems.join('\n'));
  return merged.ruleSet;
};

/** A file with one rule about success, with changes. */
export const rule = (changes: Readonly<Record<string, unknown>> = {}): string => {
  const entry = { alert: 'a', signal: 'success_rate', window: '1m', fires: '< 99 %', severity: 'critical', ...changes };
  return `rules:\n  - ${Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n    ')}\n`;
};
