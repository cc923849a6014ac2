import type { RecordedEvent, RuleSet } from '#contracts';
import { VERIFY_MS } from '../rule/engine.js';

/** The set that was loaded last; undefined: none was. */
export const lastRuleSet = (events: readonly RecordedEvent[]): RuleSet | undefined => {
  const loaded = events.findLast(({ event }) => event.type === 'RulesLoaded')?.event;
  return loaded?.type === 'RulesLoaded' ? loaded.data.ruleSet : undefined;
};

/** For how long rolled back waves were watched last, ms: other rules are played as if they had been loaded by the same process. */
export const recordedVerifyMs = (events: readonly RecordedEvent[]): number =>
  lastRuleSet(events)?.verifyMs ?? VERIFY_MS;
