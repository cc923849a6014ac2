import { type HttpChannel, httpChannel, type OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { pageTextOf } from './page-text.js';

/** Their limit is 512 KB for an event; the smaller reading of KB is safe under both. */
const EVENT_BYTES_MAX = 512_000;
/** Longest summary they accept. */
const SUMMARY_CHARS_MAX = 1_024;
/** Longest deduplication key they accept. */
const DEDUP_KEY_CHARS_MAX = 255;
/** An attempt at a page that takes longer is repeated; they fold the repetition by its key. */
const TIMEOUT_MS = 10_000;

/**
 * They take about 120 calls a minute of a key, and count accounts too; a sixth of that is kept for what is urgent. Alerts and changes, and all
 * keys that are configured, draw from it together.
 */
export const PAGERDUTY_PACE = { perMinute: 100, urgentPerMinute: 20, bucket: 'pagerduty' } as const;

/** Where a PagerDuty integration is and its key. */
export interface PagerDutyTarget {
  readonly url: URL;
  readonly routingKey: string;
}

/** The same with the keys of others, by the names that a plan has for their addresses. */
export interface PagerDutyTargets extends PagerDutyTarget {
  readonly keysByAddress?: ReadonlyMap<string, string> | undefined;
}

/** A trigger of an open alert adds to it and wakes nobody again; that of an escalation, by its own key, opens one and does. */
const EVENT_ACTION: Readonly<Partial<Record<OutgoingDelivery['action'], string>>> = {
  trigger: 'trigger',
  update: 'trigger',
  escalate: 'trigger',
  request: 'trigger',
  acknowledge: 'acknowledge',
  resolve: 'resolve',
};

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** Drops the largest details first and names them, until the event fits; the summary and the links always stay. */
export const boundedDetails = (
  details: Readonly<Record<string, unknown>>,
  bytesMax: number,
): Record<string, unknown> => {
  const kept = { ...details };
  const dropped: string[] = [];
  const bySize = Object.keys(kept).toSorted((a, b) => bytesOf(kept[b]) - bytesOf(kept[a]));
  for (const name of bySize) {
    if (bytesOf(kept) <= bytesMax) break;
    delete kept[name];
    dropped.push(name);
    kept['dropped'] = dropped;
  }
  return kept;
};

const triggerOf = (delivery: OutgoingDelivery, common: Record<string, unknown>): Record<string, unknown> => {
  const { title, severity, atMs, component, group, ruleClass, links, facts, details } = pageTextOf(delivery.body);
  const payload = {
    summary: cut(title, SUMMARY_CHARS_MAX),
    source: component ?? 'tocsin',
    severity,
    ...(atMs === undefined ? {} : { timestamp: new Date(atMs).toISOString() }),
    ...(component === undefined ? {} : { component }),
    ...(group === undefined ? {} : { group }),
    ...(ruleClass === undefined ? {} : { class: ruleClass }),
  };
  const frame = { ...common, payload, client: 'tocsin', links };
  // 100 bytes are room for the names and brackets that custom_details itself adds.
  const room = EVENT_BYTES_MAX - bytesOf(frame) - 100;
  // What is said in words goes before what it is made of: their app shows details in the order in which they come.
  const said = { ...Object.fromEntries(facts.map(({ name, text }) => [name, text])), ...details };
  return { ...frame, payload: { ...payload, custom_details: boundedDetails(said, room) } };
};

/** Who is called by a name that stands for no key would be nobody: that is told, and falls over. */
const keyOf = (target: PagerDutyTargets, address: string | null | undefined): string => {
  if (address === null || address === undefined) return target.routingKey;
  const key = target.keysByAddress?.get(address);
  if (key === undefined) throw new Error(`no routing key is configured for address ${JSON.stringify(address)}`);
  return key;
};

/**
 * PagerDuty Events API v2. An address is the name of a routing key, so that a plan holds no secret. The incident's id is the deduplication key for its whole life, on one routing key: an acknowledge or
 * resolve under another key is dropped by them, and so is one whose trigger they have not accepted.
 */
export const pagerDutyChannel = (target: PagerDutyTargets): HttpChannel =>
  httpChannel({
    name: 'pagerduty',
    isKeyed: true,
    pace: PAGERDUTY_PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: [target.routingKey, ...(target.keysByAddress?.values() ?? [])],
    addresses: [...(target.keysByAddress?.keys() ?? [])],
    requestOf: (delivery) => {
      const common = {
        routing_key: keyOf(target, delivery.address),
        // What is no page is never sent here.
        event_action: EVENT_ACTION[delivery.action] ?? delivery.action,
        dedup_key: delivery.dedupKey.slice(0, DEDUP_KEY_CHARS_MAX),
      };
      return {
        url: new URL('/v2/enqueue', target.url),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(common.event_action === 'trigger' ? triggerOf(delivery, common) : common),
        timeoutMs: TIMEOUT_MS,
      };
    },
  });
