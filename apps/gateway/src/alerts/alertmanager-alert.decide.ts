import { EXTERNAL_TEXT_MAX, type ExternalAlertSignal } from '#contracts';
import { boundedLabels, linksOf, objectOf, textOf } from './external-fields.js';

/** Alerts of one request: a Prometheus posts 64 at a time, an Alertmanager a group. */
export const ALERTS_MAX = 1_000;

/**
 * Words of label `severity` that say that it can wait. Any other word, and none, wakes somebody: a word that is not known here may be the
 * highest that its sender has, and a page too many is noticed, one that never left is not.
 */
const CAN_WAIT: ReadonlySet<string> = new Set(
  (
    'warning|warn|average|minor|low|ticket|p3|p4|p5|sev3|sev4|sev5|' +
    'notice|info|informational|information|debug|trace|none|ok|not classified'
  ).split('|'),
);

/** What reading needs beside the words. */
export interface AlertReading {
  readonly nowMs: number;
  /** A digest of a text, 16 characters. */
  readonly digest: (text: string) => string;
}

/** Go's zero time: it was not said. */
const UNSAID = /^0001-01-01T00:00:00/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

const timeOf = (value: unknown, name: string): { readonly ms: number | undefined } | string => {
  if (value === undefined || value === null || value === '') return { ms: undefined };
  if (typeof value !== 'string' || !TIME.test(value)) return `${name} is no RFC 3339 time`;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return `${name} is no RFC 3339 time`;
  return { ms: UNSAID.test(value) ? undefined : ms };
};

interface Times {
  readonly startsAtMs: number | undefined;
  readonly endsAtMs: number | undefined;
}

const timesOf = ({ startsAt, endsAt }: Readonly<Record<string, unknown>>): Times | string => {
  const [starts, ends] = [timeOf(startsAt, 'startsAt'), timeOf(endsAt, 'endsAt')];
  if (typeof starts === 'string') return starts;
  if (typeof ends === 'string') return ends;
  if (starts.ms !== undefined && ends.ms !== undefined && ends.ms < starts.ms)
    return 'start time must be before end time';
  return { startsAtMs: starts.ms, endsAtMs: ends.ms };
};

const labelsIn = (value: unknown): Readonly<Record<string, string>> | string => {
  const labels = objectOf(value);
  if (labels === undefined) return 'labels in body is required';
  const named = Object.entries(labels);
  const wrong = named.find(([, label]) => typeof label !== 'string');
  if (wrong !== undefined) return `label ${wrong[0].slice(0, EXTERNAL_TEXT_MAX.name)} is no text`;
  const filled = named.filter(([, label]) => label !== '') as [string, string][];
  return filled.length === 0 ? 'at least one label pair required' : Object.fromEntries(filled);
};

/** The same labels have the same digest, in whatever order they are written. */
const fingerprintOf = (labels: Readonly<Record<string, string>>, digest: AlertReading['digest']): string =>
  digest(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));

const severityOf = (word: string | undefined): ExternalAlertSignal['severity'] =>
  word !== undefined && CAN_WAIT.has(word.toLowerCase()) ? 'warning' : 'critical';

const summaryOf = (
  annotations: Readonly<Record<string, unknown>>,
  name: string,
  labels: Readonly<Record<string, string>>,
): string => {
  const { summary, description, message } = annotations;
  const said = [summary, description, message].map((text) => textOf(text, EXTERNAL_TEXT_MAX.summary));
  const others = Object.entries(labels).filter(([label]) => label !== 'alertname' && label !== 'severity');
  const place = others.map(([label, value]) => `${label}=${value}`).join(' ');
  return said.find((text) => text !== undefined) ?? `${name} ${place}`.trim().slice(0, EXTERNAL_TEXT_MAX.summary);
};

/** How an alert came: posted again and again while it goes on, or told once by an Alertmanager, which says what it is. */
export interface AlertOrigin {
  readonly source: ExternalAlertSignal['source'];
  /** Where the sender says it; else what is in the past is over. */
  readonly isOver?: boolean;
  readonly fingerprint?: string | undefined;
}

/** One alert as Alertmanager writes it; a text says why it is none. */
export const readAlert = (
  value: unknown,
  { source, isOver, fingerprint }: AlertOrigin,
  { nowMs, digest }: AlertReading,
): ExternalAlertSignal | string => {
  const alert = objectOf(value);
  if (alert === undefined) return 'is no object';
  const labels = labelsIn(alert['labels']);
  if (typeof labels === 'string') return labels;
  const times = timesOf(alert);
  if (typeof times === 'string') return times;
  const { startsAtMs, endsAtMs } = times;
  const annotations = objectOf(alert['annotations']) ?? {};
  const name = textOf(labels['alertname'], EXTERNAL_TEXT_MAX.name) ?? 'alert';
  const region = textOf(labels['region'], EXTERNAL_TEXT_MAX.name);
  return {
    type: 'external_alert',
    source,
    dedupKey: fingerprint ?? fingerprintOf(labels, digest),
    action: (isOver ?? (endsAtMs !== undefined && endsAtMs <= nowMs)) ? 'resolve' : 'trigger',
    severity: severityOf(textOf(labels['severity'], EXTERNAL_TEXT_MAX.value)),
    name,
    ...(region === undefined ? {} : { region }),
    summary: summaryOf(annotations, name, labels),
    labels: boundedLabels(labels),
    links: linksOf([
      { href: alert['generatorURL'], text: 'source' },
      { href: annotations['runbook_url'], text: 'runbook' },
      { href: annotations['dashboard_url'], text: 'dashboard' },
    ]),
    ...(startsAtMs === undefined || startsAtMs < 0 ? {} : { startsAtMs }),
    atUs: nowMs * 1_000,
  };
};

/** What of a post is taken, and why the rest is not: `1: at least one label pair required`. */
export interface ReadAlerts {
  readonly signals: readonly ExternalAlertSignal[];
  readonly refused: readonly string[];
}

const readEach = (
  values: readonly unknown[],
  originOf: (value: unknown) => AlertOrigin | string,
  reading: AlertReading,
): ReadAlerts => {
  const [signals, refused]: [ExternalAlertSignal[], string[]] = [[], []];
  values.forEach((value, index) => {
    const origin = index < ALERTS_MAX ? originOf(value) : `at most ${ALERTS_MAX} alerts in one request`;
    const read = typeof origin === 'string' ? origin : readAlert(value, origin, reading);
    if (typeof read === 'string') refused.push(`${index}: ${read}`);
    else signals.push(read);
  });
  return { signals, refused };
};

/** What a Prometheus or amtool posts to `/api/v2/alerts`. */
export const readPosted = (values: readonly unknown[], reading: AlertReading): ReadAlerts =>
  readEach(values, () => ({ source: 'prometheus' }), reading);

const originInWebhook = (value: unknown): AlertOrigin | string => {
  const { status, fingerprint } = objectOf(value) ?? {};
  if (status !== 'firing' && status !== 'resolved') return 'status is neither firing nor resolved';
  return { source: 'alertmanager', isOver: status === 'resolved', fingerprint: textOf(fingerprint, 64) };
};

/** What a webhook told, and how many alerts it left out (`max_alerts`): of those nothing is known here. */
export interface ReadWebhook extends ReadAlerts {
  readonly truncated: number;
}

/** What the webhook of an Alertmanager tells, version 4; a text says why it is none. */
export const readWebhook = (body: unknown, reading: AlertReading): ReadWebhook | string => {
  const { version, alerts, truncatedAlerts } = objectOf(body) ?? {};
  if (version !== '4') return 'expected the webhook of an Alertmanager, version 4';
  if (!Array.isArray(alerts)) return 'alerts is no list';
  const truncated = Number.isSafeInteger(truncatedAlerts) ? Math.max(0, truncatedAlerts as number) : 0;
  return { ...readEach(alerts, originInWebhook, reading), truncated };
};
