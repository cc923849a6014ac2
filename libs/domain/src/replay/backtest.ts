import { type EventOf, TICK_MS } from '#contracts';
import type { LoggedDecision } from './decision-log.js';
import { type Fault, faultAt } from './faults.js';

/** How one rule did against what was really wrong. */
export interface RuleScore {
  readonly rule: string;
  readonly alerts: number;
  /** Faults during which it fired. */
  readonly detected: number;
  /** Ms from the begin of a fault to its first firing, the longest; null when it detected none. Negative = before it was known. */
  readonly delayMs: number | null;
  /** Firings and incidents when nothing was wrong. */
  readonly falseAlerts: number;
  readonly falsePages: number;
}

/** How a set of rules did. */
export interface Score {
  readonly rules: readonly RuleScore[];
  /** For each fault how long it took until anything fired; null = nothing did. */
  readonly delaysMs: readonly (number | null)[];
  readonly pages: number;
  readonly falsePages: number;
  /** Rollbacks that were decided. */
  readonly rollbacks: number;
}

/** A way in which new rules are worse than old ones. */
export interface Regression {
  readonly what: 'missed' | 'later' | 'false_pages';
  readonly detail: string;
}

type Alarm = EventOf<'AlertFired' | 'IncidentOpened'>;

const alarmsOf = (decisions: readonly LoggedDecision[]): readonly Alarm[] =>
  decisions
    .flatMap(({ events }) => events)
    .filter((event) => event.type === 'AlertFired' || event.type === 'IncidentOpened');

const faultOf = (faults: readonly Fault[], { data }: Alarm): number => faultAt(faults, data.at, data.reason.windowMs);

const firstDelays = (alarms: readonly Alarm[], faults: readonly Fault[]): readonly (number | null)[] =>
  faults.map(({ fromMs }, index) => {
    const first = alarms.find((alarm) => faultOf(faults, alarm) === index);
    return first === undefined ? null : first.data.at - fromMs;
  });

const scoreRule = (rule: string, alarms: readonly Alarm[], faults: readonly Fault[]): RuleScore => {
  const own = alarms.filter(({ data }) => data.rule === rule);
  const fired = own.filter(({ type }) => type === 'AlertFired');
  const isFalse = (alarm: Alarm): boolean => faultOf(faults, alarm) < 0;
  const delays = firstDelays(fired, faults).filter((delay) => delay !== null);
  return {
    rule,
    alerts: fired.length,
    detected: delays.length,
    delayMs: delays.length === 0 ? null : Math.max(...delays),
    falseAlerts: fired.filter(isFalse).length,
    falsePages: own.filter((alarm) => alarm.type === 'IncidentOpened' && isFalse(alarm)).length,
  };
};

/** Scores decisions against faults; rules that never fired are among those named. */
export const scoreDecisions = (
  decisions: readonly LoggedDecision[],
  faults: readonly Fault[],
  names: readonly string[],
): Score => {
  const alarms = alarmsOf(decisions);
  const rules = [...new Set([...names, ...alarms.map(({ data }) => data.rule)])];
  const pages = alarms.filter(({ type }) => type === 'IncidentOpened');
  return {
    rules: rules.map((rule) => scoreRule(rule, alarms, faults)),
    delaysMs: firstDelays(alarms, faults),
    pages: pages.length,
    falsePages: pages.filter((page) => faultOf(faults, page) < 0).length,
    rollbacks: decisions.flatMap(({ events }) => events).filter(({ type }) => type === 'RollbackDecided').length,
  };
};

/** In what new rules are worse: a fault that is missed or found later, by more than a tick, or more pages for nothing. */
export const regressions = (before: Score, after: Score, faults: readonly Fault[]): readonly Regression[] => {
  const found = faults.flatMap(({ name }, index): readonly Regression[] => {
    const [was, is] = [before.delaysMs[index] ?? null, after.delaysMs[index] ?? null];
    if (was === null) return [];
    if (is === null) return [{ what: 'missed', detail: name }];
    return is - was > TICK_MS ? [{ what: 'later', detail: `${name}: ${is - was} ms later` }] : [];
  });
  if (after.falsePages <= before.falsePages) return found;
  return [
    ...found,
    { what: 'false_pages', detail: `${after.falsePages} pages for nothing, ${before.falsePages} before` },
  ];
};
