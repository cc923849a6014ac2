import type { Reason, Rule } from '#contracts';
import type { AlertSubject } from '../rule/rule.js';
import { successPercent } from '../signal/success-rate.js';
import { BREAK_EVEN_RATIO } from './likelihood.js';
import type { TestReading } from './sequential-tests.js';

/** What the fast path reads of a tick. `TickView` fits. */
export interface TestView {
  readonly testOf: (subject: AlertSubject) => TestReading | undefined;
}

/** The failing share, 0..1, that a rule's threshold means; undefined where it means none, or the wrong side of it. */
const failingShareOf = ({ signal, comparison, threshold }: Rule): number | undefined => {
  if (signal === 'success_rate' && comparison === 'below') return (100 - threshold) / 100;
  if (signal === 'failure_rate' && comparison === 'above') return threshold / 100;
  return undefined;
};

/**
 * Why a rule cannot have the fast path; undefined when it can. The test alarms on every share above its break-even, so a rule that
 * allows more than that would be breached by what it allows.
 */
export const fastPathFault = (rule: Rule): string | undefined => {
  const share = failingShareOf(rule);
  if (share === undefined) return 'the sequential test finds low success_rate and high failure_rate only';
  if (share <= BREAK_EVEN_RATIO) return undefined;
  const [found, limit] = [share, BREAK_EVEN_RATIO].map((each) => Number((100 * each).toFixed(2)));
  return `the rule allows ${found} % failing, the sequential test alarms above ${limit} %`;
};

/** The test of a rule's subject, if the rule has the fast path and the test has found the breach. */
export const readFastPath = (rule: Rule, subject: AlertSubject, view: TestView): TestReading | undefined => {
  if (!rule.fastPath) return undefined;
  const reading = view.testOf(subject);
  return reading !== undefined && reading.isAlarming && reading.bad >= rule.failuresMin ? reading : undefined;
};

/** `11:47:00.250`, of the day in UTC. */
const clockOf = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

/**
 * The reason of a breach, with what the test found: `success 80.71 % < 99 % over 1m; sequential test 31 nats > 25 since 11:47:00.250`.
 * Where the window holds too little for a value, the value is that of the outcomes since the onset.
 */
export const withFastPath = (reason: Reason, rule: Rule, reading: TestReading | undefined): Reason => {
  if (reading === undefined) return reason;
  const { nats, threshold, onsetMs, good, bad } = reading;
  const shown = nats.toFixed(nats - threshold < 1 ? 2 : 0);
  const test = `sequential test ${shown} nats > ${threshold} since ${clockOf(onsetMs)}`;
  const text = `${reason.text}; ${test}`;
  if (reason.value !== null) return { ...reason, text };
  const success = successPercent(good, bad);
  const value = rule.signal === 'success_rate' ? success : 100 - success;
  return { ...reason, text: `${bad} of ${good + bad} outcomes failed; ${test}`, value, good, bad };
};
