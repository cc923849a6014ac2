import type { Reason } from '#contracts';
import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { TelemetryGap } from '../window/partition-tick.js';
import type { Deciding } from './deciding.js';
import type { Draft } from './draft.js';
import type { AlertSubject } from './rule.js';
import type { TelemetryLoss } from './telemetry-loss.js';

/**
 * The alert of P2: telemetry is lost. It has no threshold, since one lost record is a loss, and reads no window: figures without
 * what is lost must not change for it. It starts no rollback and joins no incident.
 */
export const TELEMETRY_LOST = { name: 'telemetry_lost', severity: 'warning' } as const;

/** For how long the aggregator tells a loss, and so the least that an alert lasts. */
const TOLD_MS = 60_000;
/** Most ranges that a reason spells out; it counts all of them, and Postgres has a row of each. */
const RANGES_MAX = 4;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const recordsOf = (gaps: readonly TelemetryGap[]) => gaps.filter((gap) => gap.kind === 'records');
const batchesOf = (gaps: readonly TelemetryGap[]) => gaps.filter((gap) => gap.kind === 'batches');

const describeRecords = (gaps: readonly TelemetryGap[]): string => {
  const ranges = recordsOf(gaps).map(({ from, to, cause }) => `${cause} of offsets ${from} to ${to - 1}`);
  const more = ranges.length > RANGES_MAX ? [`${ranges.length - RANGES_MAX} ranges more`] : [];
  return [...ranges.slice(0, RANGES_MAX), ...more].join(', ');
};

const describeBatches = (gaps: readonly TelemetryGap[]): string => {
  const outcomes = batchesOf(gaps).map((gap) => gap.outcomes);
  const known = outcomes.filter((count) => count !== null);
  return known.length < outcomes.length ? 'outcomes in them unknown' : `${sum(known)} outcomes`;
};

/** Records or batches that are lost. */
const countOf = (gaps: readonly TelemetryGap[]): number =>
  sum([...recordsOf(gaps).map(({ from, to }) => to - from), ...batchesOf(gaps).map(({ batches }) => batches)]);

const describeLoss = ({ subject, gaps }: TelemetryLoss): string =>
  subject.scope === 'node'
    ? `${countOf(gaps)} batches of ${subject.key} missing, ${describeBatches(gaps)}`
    : `${countOf(gaps)} records of ${subject.key} lost: ${describeRecords(gaps)}`;

const reasonOf = (text: string, lost: number, tick: number): Reason => ({
  rule: TELEMETRY_LOST.name,
  signal: 'telemetry_gap',
  text: text.slice(0, 500),
  value: lost,
  threshold: 0,
  windowMs: TOLD_MS,
  good: 0,
  bad: lost,
  tick,
  // A loss is told by the one that found it: no other node has to agree.
  coverage: 1,
});

/** Open alerts of losses that are listed no more. */
const overdue = (draft: Draft, listed: ReadonlySet<string>): readonly Alert[] =>
  [...draft.state.alerts.values()].filter(
    ({ rule, scope, key }) => rule === TELEMETRY_LOST.name && !listed.has(alertKeyOf(rule, scope, key)),
  );

/**
 * Fires for what is listed as lost, and resolves what is listed no more: it arrived, or its minute of being told is over. Only who
 * would list it may end it: while nothing is heard, an alert stays.
 */
export const decideLosses = (draft: Draft, { view, hash }: Deciding): void => {
  const { tick, at, losses } = view;
  const decide = (subject: AlertSubject, alert: Alert | undefined, assessment: Assessment): void => {
    const newAlertId = (): string =>
      hash(`alert|${alertKeyOf(TELEMETRY_LOST.name, subject.scope, subject.key)}|${tick}`);
    draft.add(decideAlert(alert, assessment, { rule: TELEMETRY_LOST, subject, at, newAlertId }));
  };
  const open = [...draft.state.alerts.values()];
  const byKey = new Map(open.map((alert) => [alertKeyOf(alert.rule, alert.scope, alert.key), alert]));
  const listed = new Set<string>();
  for (const loss of losses.current()) {
    const key = alertKeyOf(TELEMETRY_LOST.name, loss.subject.scope, loss.subject.key);
    listed.add(key);
    const reason = reasonOf(describeLoss(loss), countOf(loss.gaps), tick);
    decide(loss.subject, byKey.get(key), { is: 'breached', reason });
  }
  for (const alert of overdue(draft, listed)) {
    if (!losses.isHeard(alert)) continue;
    decide(alert, alert, { is: 'clear', reason: reasonOf('no loss is told any more', 0, tick) });
  }
};
