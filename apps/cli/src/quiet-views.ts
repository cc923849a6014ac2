import type { z } from 'zod';
import { answerOf, maintenanceAnswer, silencePreviewShape, silenceShape } from '#contracts';
import { readAnswer, readOneOrMany } from './answers.js';
import { formatCount, formatDuration, formatTime } from './figures.js';
import { formatTable } from './table.js';

const describeWhere = (where: z.infer<typeof silenceShape>['where']): string =>
  Object.entries(where)
    .map(([label, patterns]) => `${label}=${(patterns ?? []).join(',')}`)
    .join(' ');

const matched = ({ hasMatched, alertsMuted }: { hasMatched: boolean | null; alertsMuted: number }): string =>
  hasMatched === false ? 'nothing' : String(alertsMuted);

/** Silences, for people. */
export const formatSilences = (answer: unknown): readonly string[] => {
  const rows = readOneOrMany('silence', 'silences', silenceShape, answer).map((silence) => [
    silence.silenceId,
    silence.status,
    formatTime(silence.startsAt),
    formatTime(silence.endsAt),
    matched(silence),
    silence.createdBy,
    describeWhere(silence.where),
    silence.comment,
  ]);
  return rows.length === 0
    ? ['there is no silence']
    : formatTable(['silence', 'status', 'from', 'to (UTC)', 'muted', 'by', 'where', 'comment'], rows);
};

/** What a silence would mute, for people. */
export const formatSilencePreview = (answer: unknown): readonly string[] => {
  const { startsAt, endsAt, alerts, compared } = readAnswer(answerOf('preview', silencePreviewShape), answer).preview;
  const rows = alerts.map(({ alertId, severity, state, rule, key, incidentId }) => [
    alertId,
    severity,
    state,
    rule,
    key,
    incidentId ?? '-',
  ]);
  return [
    `from ${formatTime(startsAt)} to ${formatTime(endsAt)} UTC it would mute ${formatCount(alerts.length)} of ${formatCount(compared)} open alerts`,
    ...(rows.length === 0 ? [] : formatTable(['alert', 'severity', 'state', 'rule', 'of', 'incident'], rows)),
  ];
};

/** Maintenance, for people. */
export const formatMaintenance = (answer: unknown): readonly string[] => {
  const { windows, occurrences } = readAnswer(maintenanceAnswer, answer);
  if (windows.length === 0 && occurrences.length === 0) return ['the rules have no maintenance window'];
  const next = windows.map(({ name, timeZone, next: [first] }) => [
    name,
    first === undefined ? 'over' : first.isOpen ? 'open' : 'next',
    formatTime(first?.startsAt),
    first === undefined ? '-' : formatDuration(first.endsAt - first.startsAt),
    timeZone,
  ]);
  const were = occurrences.map((each) => [
    each.window,
    each.endedAt === null ? 'open' : 'ended',
    formatTime(each.startsAt),
    matched(each),
    each.brokenBecause ?? '',
  ]);
  return [
    ...formatTable(['window', 'state', 'from (UTC)', 'for', 'zone'], next),
    ...(were.length === 0 ? [] : ['', ...formatTable(['was', 'state', 'from (UTC)', 'muted', 'broken by'], were)]),
  ];
};
