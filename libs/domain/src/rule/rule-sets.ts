import { DEFAULT_IMPACT, type EventOf, type RuleSet } from '#contracts';
import type { Rule } from './rule.js';

/**
 * Sets that are remembered: the one in force, and those that were loaded to follow it within the next ticks. Of more at once the
 * oldest are forgotten, and until the first of the others comes into force the rules of the start are.
 */
export const RULE_SETS_MAX = 4;

/** A set of rules that was loaded. */
export interface LoadedRules {
  readonly version: number;
  /** The first tick that is decided by it. */
  readonly fromTick: number;
  readonly ruleSet: RuleSet;
  /** Names of rules that it has otherwise than the set before, or not at all. */
  readonly changed: ReadonlySet<string>;
}

const asText = (rule: Rule | undefined): string => JSON.stringify(rule) ?? '';

const changesOf = (before: readonly Rule[], after: readonly Rule[]): ReadonlySet<string> => {
  const rules = new Map(after.map((rule) => [rule.name, asText(rule)]));
  return new Set(before.filter((rule) => rules.get(rule.name) !== asText(rule)).map(({ name }) => name));
};

/** The sets after one was loaded. */
export const evolveRuleSets = (
  loaded: readonly LoadedRules[],
  { data: { version, fromTick, ruleSet } }: EventOf<'RulesLoaded'>,
): readonly LoadedRules[] => {
  const before = loaded.at(-1)?.ruleSet.rules ?? [];
  const next = { version, fromTick, ruleSet, changed: changesOf(before, ruleSet.rules) };
  return [...loaded.slice(1 - RULE_SETS_MAX), next];
};

/** What judges a tick. */
export interface RulesInForce {
  readonly ruleSet: RuleSet;
  /** Since when, if it was loaded. */
  readonly loaded: LoadedRules | undefined;
}

/** The set that is in force on a tick: the last one whose first tick has come, or the rules of the start. */
export const rulesInForce = (loaded: readonly LoadedRules[], tick: number, atStart: readonly Rule[]): RulesInForce => {
  const last = loaded.findLast(({ fromTick }) => fromTick <= tick);
  return { ruleSet: last?.ruleSet ?? ruleSetOf(atStart), loaded: last };
};

/** By list, so that what is remembered of a rule set finds it again on the next tick. */
const ruleSets = new WeakMap<readonly Rule[], RuleSet>();

const ruleSetOf = (rules: readonly Rule[]): RuleSet => {
  const known = ruleSets.get(rules) ?? { rules: [...rules], impact: DEFAULT_IMPACT, maintenance: [] };
  ruleSets.set(rules, known);
  return known;
};
