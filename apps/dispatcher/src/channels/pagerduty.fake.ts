import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

/** 512 KB in the larger reading: what we send must fit the smaller one. */
const EVENT_BYTES_MAX = 524_288;

/** Events of one key in any minute. */
const PER_MINUTE_MAX = 120;

const key = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };
const link = z.strictObject({ href: z.url(), text: z.string().optional() });

const eventSchema = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...key,
    dedup_key: key.dedup_key.optional(),
    event_action: z.literal('trigger'),
    payload: z.strictObject({
      summary: z.string().min(1).max(1_024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime().optional(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
    links: z.array(link).optional(),
    client: z.string().optional(),
    client_url: z.url().optional(),
  }),
  z.strictObject({ ...key, event_action: z.literal('acknowledge') }),
  z.strictObject({ ...key, event_action: z.literal('resolve') }),
]);
type PagerDutyEvent = z.infer<typeof eventSchema>;

/** A key of a set of rules takes no changes. */
const changeSchema = z.strictObject({
  routing_key: z.string().regex(/^[^R].{31}$/),
  payload: z.strictObject({
    summary: z.string().min(1).max(1_024),
    source: z.string().optional(),
    timestamp: z.iso.datetime().optional(),
    custom_details: z.record(z.string(), z.unknown()).optional(),
  }),
  links: z.array(link).optional(),
});
type PagerDutyChange = z.infer<typeof changeSchema>;

/** An alert as their side sees it. */
export interface PagerDutyAlert {
  readonly dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** Triggers folded into it, the first included. */
  triggers: number;
}

/** A fake of the Events API v2 that refuses what the real one refuses. */
export interface FakePagerDuty extends FakeReceiver {
  /** In order of opening; after a resolve the same key opens a new one. */
  readonly alerts: readonly PagerDutyAlert[];
  /** Events that were accepted, in order. */
  readonly events: readonly PagerDutyEvent[];
  /** Events that were accepted and had no effect: acknowledge or resolve with no open alert. */
  readonly dropped: readonly PagerDutyEvent[];
  /** Changes that were accepted, in order. */
  readonly changes: readonly PagerDutyChange[];
}

const invalid = (...errors: string[]): ReceiverAnswer => ({
  status: 400,
  body: { status: 'invalid event', message: 'Event object is invalid', errors },
});

const parse = <T>(schema: z.ZodType<T>, { body }: ReceivedRequest): T | ReceiverAnswer => {
  if (Buffer.byteLength(body) > EVENT_BYTES_MAX) return { status: 413, body: {} };
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : invalid(...parsed.error.issues.map((issue) => issue.message));
  } catch {
    return invalid('the body is not JSON');
  }
};

const processed = (more: Readonly<Record<string, unknown>> = {}): ReceiverAnswer => ({
  status: 202,
  body: { status: 'success', message: 'Event processed', ...more },
});

const TOO_FAST: ReceiverAnswer = {
  status: 429,
  body: { status: 'throttle exceeded', message: 'Requests are too fast' },
};

/**
 * Starts the fake. An alert is told by (routing key, dedup key): triggered → acknowledged → resolved; a trigger of an open alert
 * folds into it, acknowledge and resolve without an open alert are accepted and dropped. With a clock, more than 120 of a key in any minute,
 * changes among them, are refused.
 */
export const startFakePagerDuty = async (nowMs?: () => number): Promise<FakePagerDuty> => {
  const alerts: PagerDutyAlert[] = [];
  const events: PagerDutyEvent[] = [];
  const dropped: PagerDutyEvent[] = [];
  const changes: PagerDutyChange[] = [];
  const times = new Map<string, readonly number[]>();
  const open = new Map<string, PagerDutyAlert>();

  const apply = (event: PagerDutyEvent): string => {
    const dedupKey = event.dedup_key ?? `generated-${events.length}`;
    const identity = `${event.routing_key}/${dedupKey}`;
    const alert = open.get(identity);
    if (event.event_action === 'trigger') {
      if (alert !== undefined) {
        alert.triggers += 1;
      } else {
        const opened: PagerDutyAlert = { dedupKey, status: 'triggered', triggers: 1 };
        open.set(identity, opened);
        alerts.push(opened);
      }
    } else if (alert === undefined) {
      dropped.push(event);
    } else if (event.event_action === 'acknowledge') {
      alert.status = 'acknowledged';
    } else {
      alert.status = 'resolved';
      open.delete(identity);
    }
    return dedupKey;
  };

  const isTooFast = (routingKey: string): boolean => {
    if (nowMs === undefined) return false;
    const now = nowMs();
    const recent = (times.get(routingKey) ?? []).filter((atMs) => now - atMs < 60_000);
    times.set(routingKey, [...recent, now]);
    return recent.length >= PER_MINUTE_MAX;
  };
  const takeChange = (request: ReceivedRequest): ReceiverAnswer => {
    const change = parse(changeSchema, request);
    if ('status' in change) return change;
    if (isTooFast(change.routing_key)) return TOO_FAST;
    changes.push(change);
    return processed();
  };
  const takeEvent = (request: ReceivedRequest): ReceiverAnswer => {
    const event = parse(eventSchema, request);
    if ('status' in event) return event;
    if (isTooFast(event.routing_key)) return TOO_FAST;
    events.push(event);
    return processed({ dedup_key: apply(event) });
  };
  const receiver = await startFakeReceiver((request) => {
    const route = `${request.method} ${request.path}`;
    if (route === 'POST /v2/change/enqueue') return takeChange(request);
    return route === 'POST /v2/enqueue' ? takeEvent(request) : { status: 404, body: {} };
  });
  return { ...receiver, alerts, events, dropped, changes };
};
