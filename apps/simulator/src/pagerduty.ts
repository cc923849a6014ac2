import { z } from 'zod';

/** What a receiver answers. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly body: unknown;
}

const key = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };

const eventSchema = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...key,
    dedup_key: key.dedup_key.optional(),
    event_action: z.literal('trigger'),
    payload: z.strictObject({
      summary: z.string().min(1).max(1_024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime({ offset: true }).optional(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
    links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
    images: z.array(z.strictObject({ src: z.url(), href: z.url().optional(), alt: z.string().optional() })).optional(),
    client: z.string().optional(),
    client_url: z.url().optional(),
  }),
  z.strictObject({ ...key, event_action: z.enum(['acknowledge', 'resolve']) }),
]);

/** An event of the Events API v2 that was accepted. */
export type PagerDutyEvent = z.infer<typeof eventSchema>;

/** A change of a service; the key of a set of rules takes none. */
const changeSchema = z.strictObject({
  routing_key: z.string().regex(/^[^R].{31}$/),
  payload: z.strictObject({
    summary: z.string().min(1).max(1_024),
    source: z.string().optional(),
    timestamp: z.iso.datetime({ offset: true }).optional(),
    custom_details: z.record(z.string(), z.unknown()).optional(),
  }),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
});

/** An accepted event and when it came. */
export interface ReceivedPage {
  readonly arrivedAtMs: number;
  readonly event: PagerDutyEvent;
  readonly dedupKey: string;
  /** Whether it opened an alert; else it folded into one, or had no effect. */
  readonly opened: boolean;
}

/** An alert as PagerDuty sees it: a dedup key from its trigger until its resolve. */
export interface PagerDutyAlert {
  readonly dedupKey: string;
  readonly openedAtMs: number;
  status: 'triggered' | 'acknowledged' | 'resolved';
}

/** The local PagerDuty. */
export interface PagerDuty {
  readonly enqueue: (body: string, arrivedAtMs: number) => ReceiverAnswer;
  readonly change: (body: string) => ReceiverAnswer;
  readonly received: readonly ReceivedPage[];
  /** Summaries of the changes that were accepted. */
  readonly changes: readonly string[];
  readonly alerts: readonly PagerDutyAlert[];
  /** Refused events: each is a fault of the sender. */
  readonly refused: readonly string[];
}

/** The documented limit, in its smaller reading. */
const EVENT_BYTES_MAX = 512_000;

const invalid = (errors: readonly string[]): ReceiverAnswer => ({
  status: 400,
  body: { status: 'invalid event', message: 'Event object is invalid', errors },
});

const parse = <T extends object>(schema: z.ZodType<T>, body: string): T | readonly string[] => {
  if (Buffer.byteLength(body) > EVENT_BYTES_MAX) return ['the event is larger than 512 kB'];
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success
      ? parsed.data
      : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  } catch {
    return ['the body is not JSON'];
  }
};

/**
 * Events API v2 as documented, strict about what the real one refuses. One alert per (routing key, dedup key):
 *
 *   none ──trigger──▶ triggered ──acknowledge──▶ acknowledged ──resolve──▶ resolved; then a trigger opens a new alert
 *
 * A trigger of an open alert folds into it; acknowledge and resolve without an open alert are accepted and dropped.
 */
export const createPagerDuty = (): PagerDuty => {
  const received: ReceivedPage[] = [];
  const alerts: PagerDutyAlert[] = [];
  const refused: string[] = [];
  const changes: string[] = [];
  const open = new Map<string, PagerDutyAlert>();

  const apply = (event: PagerDutyEvent, dedupKey: string, arrivedAtMs: number): boolean => {
    const identity = `${event.routing_key}/${dedupKey}`;
    const alert = open.get(identity);
    if (event.event_action === 'trigger') {
      if (alert !== undefined) return false;
      const opened: PagerDutyAlert = { dedupKey, openedAtMs: arrivedAtMs, status: 'triggered' };
      open.set(identity, opened);
      alerts.push(opened);
      return true;
    }
    if (alert !== undefined) alert.status = event.event_action === 'resolve' ? 'resolved' : 'acknowledged';
    if (event.event_action === 'resolve') open.delete(identity);
    return false;
  };
  const enqueue = (body: string, arrivedAtMs: number): ReceiverAnswer => {
    const event = parse(eventSchema, body);
    if (!('event_action' in event)) {
      refused.push(event.join('; '));
      return invalid(event);
    }
    const dedupKey = event.dedup_key ?? `generated-${received.length}`;
    received.push({ arrivedAtMs, event, dedupKey, opened: apply(event, dedupKey, arrivedAtMs) });
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: dedupKey } };
  };
  const change = (body: string): ReceiverAnswer => {
    const read = parse(changeSchema, body);
    if (!('payload' in read)) {
      refused.push(read.join('; '));
      return invalid(read);
    }
    changes.push(read.payload.summary);
    return { status: 202, body: { status: 'success', message: 'Event processed' } };
  };
  return { enqueue, change, received, changes, alerts, refused };
};

/** Whether an alert is an incident's page. Who is called beside it, by name, has a key behind the incident's: `<incident>:vp`. */
export const isPage = ({ dedupKey }: Pick<PagerDutyAlert, 'dedupKey'>): boolean => !dedupKey.includes(':');
