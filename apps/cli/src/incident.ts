import { z } from 'zod';
import {
  type Alert,
  alertSeen,
  type Delivery,
  deliverySeen,
  type EscalationState,
  escalationSeen,
  type Incident,
  incidentsAnswer,
  incidentSeen,
  readAnswer,
  recordedSeen,
  type Redirect,
  redirectSeen,
  type Recorded,
  type Rollback,
  rollbackSeen,
} from './answers.js';
import { type ApiClient, Refused } from './api-client.js';
import { describeEvent } from './describe-event.js';
import { formatCount, formatDollars, formatDuration, formatPercent, formatTime } from './figures.js';
import type { Paint } from './paint.js';
import { redirectLines, waveLines } from './rollback-views.js';
import { formatTable } from './table.js';

/** An incident with all that belongs to it. */
export interface IncidentReport {
  readonly incident: Incident;
  readonly alerts: readonly Alert[];
  readonly timeline: readonly Recorded[];
  readonly rollbacks: readonly Rollback[];
  readonly redirects: readonly Redirect[];
  readonly deliveries: readonly Delivery[];
  readonly escalation: EscalationState | null;
}

const reportSeen = z.object({
  incident: incidentSeen,
  alerts: z.array(alertSeen),
  timeline: z.array(recordedSeen),
  rollbacks: z.array(rollbackSeen),
  redirects: z.array(redirectSeen),
  deliveries: z.array(deliverySeen),
  escalation: escalationSeen.nullable(),
});

const latestId = async (api: ApiClient): Promise<string | undefined> =>
  readAnswer(incidentsAnswer, await api.get('/v1/incidents?limit=1')).incidents[0]?.incidentId;

/** What is asked for by its id, `latest` being the newest incident; undefined when there is none yet. */
export const readId = async (api: ApiClient, asked: string): Promise<string | undefined> =>
  asked === 'latest' ? await latestId(api) : asked;

/** Reads one incident; undefined when there is none (yet). */
export const readIncident = async (api: ApiClient, asked: string): Promise<IncidentReport | undefined> => {
  const incidentId = await readId(api, asked);
  if (incidentId === undefined) return undefined;
  try {
    return readAnswer(reportSeen, await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
};

const urgencyOf = ({ priority, severity }: Incident): string =>
  priority === null || priority === undefined ? severity : `${priority}, ${severity}`;

/** How soon it was detected (the target is two minutes), who was called, and what was asked for. */
const actionLines = ({ detectMs, isDetectedInTime, escalations, requests }: Incident): string[] => [
  ...(detectMs === null || detectMs === undefined
    ? []
    : [
        `detected      ${(detectMs / 1_000).toFixed(1)} s after it began, ${isDetectedInTime === true ? 'within' : 'later than'} 2 min`,
      ]),
  ...escalations.map(({ to, because }) => `called        ${to}: ${because}`),
  ...requests.map(({ what, because }) => `asked for     ${what.replace('_', ' ')}: ${because}`),
];

/** Who has it, who is called for it, and what happens next when nobody does anything. */
const callingLines = ({ incident, escalation }: IncidentReport): string[] => {
  const { owner, snoozedUntil } = incident;
  const has = owner === null || owner === undefined ? [] : [`owner         ${owner}`];
  const off =
    snoozedUntil === null || snoozedUntil === undefined ? [] : [`snoozed       until ${formatTime(snoozedUntil)} UTC`];
  if (escalation === null || escalation === undefined) return [...has, ...off];
  const { policy, state, level, levels, round, rounds, because, heldBy, next, nextAt } = escalation;
  const by = heldBy === null ? '' : ` by ${heldBy}`;
  const where = `level ${level} of ${levels}${rounds > 1 ? `, round ${round} of ${rounds}` : ''}`;
  return [
    ...has,
    ...off,
    `escalation    ${state}${by}, policy ${policy}, ${where}: ${because}`,
    ...(next === null || nextAt === null ? [] : [`next          at ${formatTime(nextAt)} UTC ${next}`]),
  ];
};

const headLines = (report: IncidentReport, nowMs: number, paint: Paint): string[] => {
  const { incident } = report;
  const { title, status, openedAt, resolvedAt, acknowledgedAt, acknowledgedBy, reason, peakImpact } = incident;
  const lasted = formatDuration((resolvedAt ?? nowMs) - openedAt);
  const colour = status === 'resolved' ? paint.good : paint.bad;
  const acknowledged =
    acknowledgedAt === null
      ? 'by nobody'
      : `by ${acknowledgedBy ?? 'somebody'}, ${formatDuration(acknowledgedAt - openedAt)} after opening`;
  const { byTier, covers = [] } = peakImpact;
  const ofWhat = covers.some(({ scope }) => scope === 'fleet') ? ' of the fleet' : '';
  return [
    paint.strong(title),
    `${colour(status)}, ${urgencyOf(incident)}, opened ${formatTime(openedAt)} UTC, ${resolvedAt === null ? 'for' : 'lasted'} ${lasted}`,
    `why           ${reason.text}`,
    ...actionLines(incident),
    `acknowledged  ${acknowledged}`,
    ...callingLines(report),
    `at its worst  ${formatCount(peakImpact.affectedCustomers)} customers${ofWhat} (tier 1: ${byTier.tier1}, tier 2: ${byTier.tier2}, ` +
      `tier 3: ${byTier.tier3}), score ${formatCount(peakImpact.score)}, ${formatDollars(peakImpact.dollarsPerMinute)} a minute`,
  ];
};

const section = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : ['', paint.strong(title), ...lines.map((line) => `  ${line}`)];

const alertLines = (alerts: readonly Alert[]): string[] =>
  alerts.length === 0
    ? []
    : formatTable(
        ['fired', 'state', 'severity', 'for', 'why'],
        alerts.map((alert) => [
          formatTime(alert.firedAt).slice(11),
          alert.state,
          alert.severity,
          alert.scope === 'fleet' ? 'fleet' : alert.key,
          alert.reason.text,
        ]),
      );

const customerLines = ({ peakImpact: { top } }: Incident): string[] =>
  top.length === 0
    ? []
    : formatTable(
        ['customer', 'tier', 'failing'],
        top.map(({ name, tier, failing }) => [name, tier.replace('tier', 'tier '), formatPercent(100 * failing)]),
      );

const deliveryLines = (deliveries: readonly Delivery[]): string[] =>
  deliveries.length === 0
    ? []
    : formatTable(
        ['what', 'by', 'status', 'attempts'],
        deliveries.map(({ subject, action, channel, status, attempts }) => [
          subject === action ? subject : `${subject} ${action}`,
          channel,
          status,
          String(attempts),
        ]),
      );

/** One incident, for people. */
export const formatIncident = (report: IncidentReport, nowMs: number, paint: Paint): string[] => {
  const timeline = report.timeline.map((recorded) => [
    formatTime(recorded.recordedAtMs).slice(11),
    recorded.event.type,
    recorded.metadata.actor,
    describeEvent(recorded),
  ]);
  return [
    ...headLines(report, nowMs, paint),
    ...section('customers', customerLines(report.incident), paint),
    ...section('alerts', alertLines(report.alerts), paint),
    ...section('rollbacks', report.rollbacks.flatMap(waveLines), paint),
    ...section('redirects', report.redirects.flatMap(redirectLines), paint),
    ...section('told', deliveryLines(report.deliveries), paint),
    ...section('timeline', timeline.length === 0 ? [] : formatTable(['time', 'event', 'by', ''], timeline), paint),
  ];
};
