import type { RecordedEvent, RuleSet } from '#contracts';
import { VERIFY_MS } from '../rule/engine.js';

const setOf = (recorded: RecordedEvent | undefined): RuleSet | undefined =>
  recorded?.event.type === 'RulesLoaded' ? recorded.event.data.ruleSet : undefined;

/** The set that was loaded first, which decides from the first tick; undefined: none was. */
export const firstRuleSet = (events: readonly RecordedEvent[]): RuleSet | undefined =>
  setOf(events.find(({ event }) => event.type === 'RulesLoaded'));

/** The set that was loaded last; undefined: none was. */
export const lastRuleSet = (events: readonly RecordedEvent[]): RuleSet | undefined =>
  setOf(events.findLast(({ event }) => event.type === 'RulesLoaded'));

/** For how long rolled back waves were watched last, ms: other rules are played as if they had been loaded by the same process. */
export const recordedVerifyMs = (events: readonly RecordedEvent[]): number =>
  lastRuleSet(events)?.verifyMs ?? VERIFY_MS;
