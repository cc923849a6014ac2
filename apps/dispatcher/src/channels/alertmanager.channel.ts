import { type OutgoingRequest, post } from '#outgoing';
import type { Attempt, HttpChannel, OutgoingDelivery } from './channel.js';
import { httpChannel } from './channel.js';
import { cut } from './cut.js';
import { factLines, headlineOf, type PageText, pageTextOf } from './page-text.js';

/** It answers at once, or it is not there. */
const TIMEOUT_MS = 10_000;

/** Prometheus tells it each minute what is firing. */
const REFRESH_EVERY_MS = 60_000;
/** Four re-posts may be missed before it takes an alert for over by itself. */
const FIRING_FOR_MS = 4 * REFRESH_EVERY_MS;
/** As long as Prometheus tells what is over, so that one of several Alertmanagers, or a restarted one, learns it too. */
const RESOLVED_FOR_MS = 300_000;

/** Labels name things; a longer one is cut. */
const LABEL_CHARS_MAX = 200;
const SUMMARY_CHARS_MAX = 300;
const DESCRIPTION_CHARS_MAX = 8_000;

/** Parts of a page's body that a receiver may route by. */
const COHORT = ['scope', 'region', 'release', 'pop', 'node', 'service', 'rule'] as const;

/** Where an Alertmanager is. */
export interface AlertmanagerTarget {
  readonly url: URL;
  /** Whether it may be in a private network. */
  readonly allowsPrivate?: boolean;
}

const millisOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 8.64e15 ? value : undefined;

/**
 * Its labels are what an alert is there: the incident with what it may be routed by. Where these change, the alert of before is told no
 * more and is over within four minutes. Whoever is called beside the page is an alert of its own.
 */
const labelsOf = ({ dedupKey, body }: OutgoingDelivery, page: PageText): Record<string, string> => {
  const incident = page.incidentId ?? dedupKey;
  const cohort = COHORT.flatMap((name) => {
    const value = body[name];
    return typeof value === 'string' && value !== '' ? [[name, cut(value, LABEL_CHARS_MAX)] as const] : [];
  });
  const call = dedupKey.startsWith(`${incident}:`) ? dedupKey.slice(incident.length + 1) : undefined;
  return {
    alertname: call === undefined ? 'TocsinIncident' : 'TocsinCall',
    incident,
    severity: page.severity,
    ...(call === undefined ? {} : { call: cut(call, LABEL_CHARS_MAX) }),
    ...Object.fromEntries(cohort),
  };
};

const alertOf = (delivery: OutgoingDelivery, nowMs: number): Record<string, unknown> => {
  const page = pageTextOf(delivery.body);
  const toldMs = page.atMs ?? nowMs;
  const startsMs = millisOf(delivery.body['openedAt']) ?? toldMs;
  const endsMs = delivery.action === 'resolve' ? toldMs : nowMs + FIRING_FOR_MS;
  const [link] = page.links;
  return {
    labels: labelsOf(delivery, page),
    annotations: {
      summary: cut(headlineOf(delivery, page), SUMMARY_CHARS_MAX),
      description: cut(factLines(page).join('\n'), DESCRIPTION_CHARS_MAX),
    },
    startsAt: new Date(startsMs).toISOString(),
    endsAt: new Date(Math.max(startsMs, endsMs)).toISOString(),
    ...(link === undefined ? {} : { generatorURL: link.href }),
  };
};

/** Below whatever path a proxy has it under. */
const alertsUrl = (url: URL): URL => new URL(`${url.href.replace(/\/*(\?.*)?$/, '')}/api/v2/alerts`);

/**
 * Prometheus' Alertmanager, by what Prometheus itself posts. It forgets an alert whose end has passed: what is open is told again each
 * minute, and what is over for five minutes more.
 */
export const alertmanagerChannel = ({ url, allowsPrivate = false }: AlertmanagerTarget): HttpChannel => {
  const request = (deliveries: readonly OutgoingDelivery[], nowMs: number): OutgoingRequest => ({
    url: alertsUrl(url),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(deliveries.map((delivery) => alertOf(delivery, nowMs))),
    timeoutMs: TIMEOUT_MS,
  });
  return httpChannel({
    name: 'alertmanager',
    isKeyed: true,
    timeoutMs: TIMEOUT_MS,
    secrets: [],
    allowsPrivate,
    requestOf: (delivery, nowMs) => request([delivery], nowMs),
    refresh: {
      everyMs: REFRESH_EVERY_MS,
      afterEndMs: RESOLVED_FOR_MS,
      send: (deliveries, { nowMs, signal }: Attempt) => post(request(deliveries, nowMs), [], signal, allowsPrivate),
    },
  });
};
