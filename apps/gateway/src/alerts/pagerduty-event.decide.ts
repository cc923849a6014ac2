import { EXTERNAL_TEXT_MAX, type ExternalAlertSignal, type ExternalChangeSignal } from '#contracts';
import { boundedLabels, linksOf, objectOf, textOf } from './external-fields.js';

/** What PagerDuty says of an event that it does not take. */
export interface InvalidEvent {
  readonly status: 'invalid event';
  readonly message: 'Event object is invalid';
  readonly errors: readonly string[];
}

/** Says so. */
export const invalidEvent = (...errors: readonly string[]): InvalidEvent => ({
  status: 'invalid event',
  message: 'Event object is invalid',
  errors,
});

/** Tells it from an event. */
export const isInvalidEvent = (value: object): value is InvalidEvent => 'errors' in value;

/** What reading needs beside the words. */
export interface EventReading {
  readonly nowMs: number;
  readonly newKey: () => string;
}

const ROUTING_KEY_CHARS = 32;
const SUMMARY_CHARS_MAX = 1_024;
const ACTIONS = ['trigger', 'acknowledge', 'resolve'] as const;
const SEVERITIES: Readonly<Record<string, ExternalAlertSignal['severity']>> = {
  critical: 'critical',
  error: 'critical',
  warning: 'warning',
  info: 'warning',
};

/** The key of a body, which is looked at before anything else of it. */
export const routingKeyIn = (body: unknown): string | InvalidEvent => {
  const key = objectOf(body)?.['routing_key'];
  if (typeof key !== 'string' || key === '') return invalidEvent("'routing_key' is missing or blank");
  return key.length === ROUTING_KEY_CHARS
    ? key
    : invalidEvent(`Length of 'routing_key' is incorrect (should be ${ROUTING_KEY_CHARS} characters)`);
};

const requiredText = (value: unknown, name: string, charsMax: number): readonly string[] => {
  if (typeof value !== 'string' || value.trim() === '') return [`'${name}' is missing or blank`];
  return value.length > charsMax ? [`Length of '${name}' is too long (must be at most ${charsMax} characters)`] : [];
};

const payloadErrors = (payload: Readonly<Record<string, unknown>>): readonly string[] => {
  const { summary, source, severity } = payload;
  const errors = [
    ...requiredText(summary, 'payload.summary', SUMMARY_CHARS_MAX),
    ...requiredText(source, 'payload.source', Infinity),
    ...requiredText(severity, 'payload.severity', Infinity),
  ];
  const isKnown = typeof severity !== 'string' || Object.hasOwn(SEVERITIES, severity);
  const words = Object.keys(SEVERITIES).map((each) => `'${each}'`);
  return isKnown
    ? errors
    : [...errors, `'payload.severity' is invalid (must be one of the following: ${words.join(', ')})`];
};

const keyErrors = (key: unknown, isRequired: boolean): readonly string[] => {
  if (key === undefined || key === null || key === '') return isRequired ? ["'dedup_key' is missing or blank"] : [];
  if (typeof key !== 'string') return ["'dedup_key' is invalid (must be a string)"];
  return key.length > EXTERNAL_TEXT_MAX.key
    ? [`Length of 'dedup_key' is too long (must be at most ${EXTERNAL_TEXT_MAX.key} characters)`]
    : [];
};

const linkList = (links: unknown) =>
  (Array.isArray(links) ? links : []).map((link: unknown) => {
    const { href, text } = objectOf(link) ?? {};
    return { href, text: textOf(text, EXTERNAL_TEXT_MAX.value) ?? 'link' };
  });

const kindOf = ({ class: kind, component }: Readonly<Record<string, unknown>>): string =>
  textOf(kind, EXTERNAL_TEXT_MAX.name) ?? textOf(component, EXTERNAL_TEXT_MAX.name) ?? 'event';

const regionOf = ({ group, custom_details: details }: Readonly<Record<string, unknown>>): string | undefined =>
  textOf(objectOf(details)?.['region'], EXTERNAL_TEXT_MAX.name) ?? textOf(group, EXTERNAL_TEXT_MAX.name);

const labelsOf = ({
  custom_details: details,
  source,
  component,
  group,
  class: kind,
}: Readonly<Record<string, unknown>>) => boundedLabels({ ...objectOf(details), source, component, group, class: kind });

const startOf = ({ timestamp }: Readonly<Record<string, unknown>>): { startsAtMs?: number } => {
  const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return ms >= 0 ? { startsAtMs: ms } : {};
};

const signalOf = (
  event: Readonly<Record<string, unknown>>,
  action: ExternalAlertSignal['action'],
  dedupKey: string,
  { nowMs }: EventReading,
): ExternalAlertSignal => {
  const payload = objectOf(event['payload']) ?? {};
  const severity = typeof payload['severity'] === 'string' ? SEVERITIES[payload['severity']] : undefined;
  const region = regionOf(payload);
  return {
    type: 'external_alert',
    source: 'pagerduty',
    dedupKey,
    action,
    severity: severity ?? 'critical',
    name: kindOf(payload),
    ...(region === undefined ? {} : { region }),
    summary: textOf(payload['summary'], EXTERNAL_TEXT_MAX.summary) ?? action,
    labels: labelsOf(payload),
    links: linksOf([
      ...linkList(event['links']),
      { href: event['client_url'], text: textOf(event['client'], EXTERNAL_TEXT_MAX.value) ?? 'client' },
    ]),
    ...startOf(payload),
    atUs: nowMs * 1_000,
  };
};

/** An event, and the key that it is told by. */
export interface ReadEvent {
  readonly signals: readonly (ExternalAlertSignal | ExternalChangeSignal)[];
  readonly dedupKey: string;
}

/** What somebody sends to `/v2/enqueue`, by the rules of the Events API v2. */
export const readEvent = (body: unknown, reading: EventReading): ReadEvent | InvalidEvent => {
  const event = objectOf(body) ?? {};
  const action = ACTIONS.find((each) => each === event['event_action']);
  if (action === undefined)
    return invalidEvent(
      typeof event['event_action'] === 'string' && event['event_action'] !== ''
        ? "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"
        : "'event_action' is missing or blank",
    );
  const key = event['dedup_key'];
  const payload = objectOf(event['payload']);
  const errors = [
    ...keyErrors(key, action !== 'trigger'),
    ...(action !== 'trigger' ? [] : payload === undefined ? ["'payload' is missing or blank"] : payloadErrors(payload)),
  ];
  if (errors.length > 0) return invalidEvent(...errors);
  const dedupKey = typeof key === 'string' && key !== '' ? key : reading.newKey();
  return { signals: [signalOf(event, action, dedupKey, reading)], dedupKey };
};

/** What somebody sends to `/v2/change/enqueue`: something changed. It is recorded, and is no alert. */
export const readChange = (body: unknown, reading: EventReading): ReadEvent | InvalidEvent => {
  const event = objectOf(body) ?? {};
  const payload = objectOf(event['payload']);
  if (payload === undefined) return invalidEvent("'payload' is missing or blank");
  const errors = requiredText(payload['summary'], 'payload.summary', SUMMARY_CHARS_MAX);
  if (errors.length > 0) return invalidEvent(...errors);
  const dedupKey = reading.newKey();
  const { region, summary, labels, links, atUs } = signalOf(event, 'trigger', dedupKey, reading);
  const change = { changeId: dedupKey, ...(region === undefined ? {} : { region }), summary, labels, links, atUs };
  return { signals: [{ type: 'external_change', source: 'pagerduty', ...change }], dedupKey };
};
