import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

const text = z.record(z.string(), z.string());
const alertSchema = z.object({
  labels: text,
  annotations: text.optional(),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  generatorURL: z.string().optional(),
});
type PostedAlert = z.infer<typeof alertSchema>;

/** An alert as it holds it. */
export interface FakeAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** A fake of `POST /api/v2/alerts` that refuses what Alertmanager 0.25 was seen to refuse. */
export interface FakeAlertmanager extends FakeReceiver {
  /** By label set; the newest post of a set is what it is. */
  readonly alerts: () => readonly FakeAlert[];
  /** Those whose end has not come. */
  readonly firing: () => readonly FakeAlert[];
}

/** What it takes for over when nobody says an end. */
const RESOLVE_TIMEOUT_MS = 300_000;

const invalid = (status: 400 | 415 | 422, message: string): ReceiverAnswer => ({
  status,
  body: status === 422 ? { code: 602, message } : { code: status, message },
});

const refusalOf = ({ labels, startsAt, endsAt }: PostedAlert): string | undefined => {
  const set = Object.entries(labels).filter(([, value]) => value !== '');
  if (set.length === 0) return 'at least one label pair required';
  const bad = set.find(([name]) => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name));
  if (bad !== undefined) return `invalid label set: invalid name ${JSON.stringify(bad[0])}`;
  if (startsAt !== undefined && endsAt !== undefined && Date.parse(endsAt) < Date.parse(startsAt))
    return 'start time must be before end time';
  return undefined;
};

const read = ({ method, path, headers, body }: ReceivedRequest): readonly PostedAlert[] | ReceiverAnswer => {
  if (method !== 'POST' || path !== '/api/v2/alerts') return { status: 404, body: {} };
  if (headers['content-type'] !== 'application/json') return invalid(415, 'unsupported media type');
  try {
    const posted: unknown = JSON.parse(body);
    if (!Array.isArray(posted)) return invalid(400, 'parsing alerts body failed');
    const missing = posted.findIndex((alert: unknown) => !Object.hasOwn(Object(alert), 'labels'));
    if (missing >= 0) return invalid(422, `${missing}.labels in body is required`);
    const parsed = z.array(alertSchema).safeParse(posted);
    if (!parsed.success) return invalid(400, parsed.error.message);
    const relative = parsed.data.findIndex(
      ({ generatorURL }) => generatorURL !== undefined && !URL.canParse(generatorURL),
    );
    return relative >= 0 ? invalid(422, `${relative}.generatorURL in body must be of type uri`) : parsed.data;
  } catch {
    return invalid(400, 'parsing alerts body failed');
  }
};

/** Starts the fake; `nowMs` is its clock. */
export const startFakeAlertmanager = async (nowMs: () => number): Promise<FakeAlertmanager> => {
  const held = new Map<string, FakeAlert>();
  const keep = ({ labels, annotations = {}, startsAt, endsAt }: PostedAlert): void => {
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const startsAtMs = startsAt === undefined ? nowMs() : Date.parse(startsAt);
    const endsAtMs = endsAt === undefined ? nowMs() + RESOLVE_TIMEOUT_MS : Date.parse(endsAt);
    held.set(key, { labels, annotations, startsAtMs, endsAtMs });
  };
  const receiver = await startFakeReceiver((request) => {
    const posted = read(request);
    if ('status' in posted) return posted;
    const refused = posted.map(refusalOf);
    // What is good of a list is kept though the list is refused.
    for (const [index, alert] of posted.entries()) if (refused[index] === undefined) keep(alert);
    const first = refused.find(Boolean);
    return first === undefined ? { status: 200, body: undefined } : invalid(400, first);
  });
  const alerts = (): readonly FakeAlert[] => [...held.values()];
  return { ...receiver, alerts, firing: () => alerts().filter(({ endsAtMs }) => endsAtMs > nowMs()) };
};
