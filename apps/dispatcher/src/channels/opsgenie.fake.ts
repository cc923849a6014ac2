import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

const named = (type: 'team' | 'schedule' | 'escalation') =>
  z.strictObject({ type: z.literal(type), id: z.string().optional(), name: z.string().optional() });

const createSchema = z.strictObject({
  message: z.string().min(1).max(130),
  alias: z.string().min(1).max(512).optional(),
  description: z.string().max(15_000).optional(),
  responders: z
    .array(
      z.discriminatedUnion('type', [
        named('team'),
        named('schedule'),
        named('escalation'),
        z.strictObject({ type: z.literal('user'), id: z.string().optional(), username: z.string().optional() }),
      ]),
    )
    .max(50)
    .optional(),
  tags: z.array(z.string().min(1).max(50)).max(20).optional(),
  details: z
    .record(z.string(), z.string())
    .refine((details) => JSON.stringify(details).length <= 8_000)
    .optional(),
  entity: z.string().max(512).optional(),
  source: z.string().max(100).optional(),
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).optional(),
  note: z.string().max(25_000).optional(),
  actions: z.array(z.string().max(50)).max(10).optional(),
});
const stepSchema = z.strictObject({
  user: z.string().max(100).optional(),
  source: z.string().max(100).optional(),
  note: z.string().max(25_000).optional(),
});
const noteSchema = stepSchema.required({ note: true });

/** An alert as their side sees it. */
export interface OpsgenieAlert {
  readonly alias: string;
  status: 'open' | 'acknowledged' | 'closed';
  /** How often it was made while it was open. */
  count: number;
  readonly message: string;
  readonly priority: string;
  readonly responders: readonly unknown[];
  readonly notes: string[];
}

/** A fake of the alert API that refuses what the real one refuses. */
export interface FakeOpsgenie extends FakeReceiver {
  /** Base of its alerts. */
  readonly alertsUrl: string;
  /** In order of making; a closed alias is made anew. */
  readonly alerts: readonly OpsgenieAlert[];
  /** While true, what is accepted is not processed: its request is not found. */
  isSlow: boolean;
}

interface Outcome {
  readonly isSuccess: boolean;
  readonly status: string;
}

const ALERTS = '/v2/alerts';

const unprocessable = (...errors: string[]): ReceiverAnswer => ({
  status: 422,
  body: { message: 'Request body is not processable. Please check the errors.', errors, took: 0.01 },
});

/** Alerts by alias, and what became of each request. */
class Account {
  readonly alerts: OpsgenieAlert[] = [];
  private readonly outcomes: Outcome[] = [];
  isSlow = false;

  accepted(process: () => Outcome): ReceiverAnswer {
    this.outcomes.push(process());
    const requestId = `request-${this.outcomes.length}`;
    return { status: 202, body: { result: 'Request will be processed', took: 0.3, requestId } };
  }

  outcomeOf(requestId: string): ReceiverAnswer {
    const outcome = this.isSlow ? undefined : this.outcomes[Number(requestId.replace('request-', '')) - 1];
    if (outcome === undefined)
      return { status: 404, body: { message: 'Request not found. It might not be processed, yet.' } };
    return { status: 200, body: { data: { success: outcome.isSuccess, ...outcome }, requestId } };
  }

  create(given: z.infer<typeof createSchema>): Outcome {
    const alias = given.alias ?? `alert-${this.alerts.length}`;
    const open = this.find(alias);
    if (open !== undefined) {
      open.count += 1;
      return { isSuccess: true, status: 'Deduplicated alert' };
    }
    const { message, priority = 'P3', responders = [] } = given;
    this.alerts.push({ alias, status: 'open', count: 1, message, priority, responders, notes: [] });
    return { isSuccess: true, status: 'Created alert' };
  }

  step(alias: string, step: string, note: string | undefined): Outcome {
    const alert = this.find(alias);
    if (alert === undefined) return { isSuccess: false, status: 'Alert does not exist' };
    if (note !== undefined) alert.notes.push(note);
    if (step === 'acknowledge') alert.status = 'acknowledged';
    if (step === 'close') alert.status = 'closed';
    return { isSuccess: true, status: `${step} done` };
  }

  private find(alias: string): OpsgenieAlert | undefined {
    return this.alerts.find((alert) => alert.alias === alias && alert.status !== 'closed');
  }
}

const checked = <T>(schema: z.ZodType<T>, body: string, process: (given: T) => ReceiverAnswer): ReceiverAnswer => {
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? process(parsed.data) : unprocessable(...parsed.error.issues.map(({ message }) => message));
  } catch {
    return { status: 400, body: { message: 'Request body is not valid JSON.' } };
  }
};

const answerOf = (account: Account, { method, path, body }: ReceivedRequest): ReceiverAnswer => {
  const url = new URL(path, 'http://localhost');
  const [alias = '', step = ''] = url.pathname
    .slice(ALERTS.length + 1)
    .split('/')
    .map(decodeURIComponent);
  if (method === 'GET' && alias === 'requests') return account.outcomeOf(step);
  if (method !== 'POST' || !url.pathname.startsWith(ALERTS)) return { status: 404, body: { message: 'Not found' } };
  if (url.pathname === ALERTS)
    return checked(createSchema, body, (given) => account.accepted(() => account.create(given)));
  if (!['acknowledge', 'close', 'notes'].includes(step)) return { status: 404, body: { message: 'Not found' } };
  // Without it their own ids are meant, and an alias is none.
  if (url.searchParams.get('identifierType') !== 'alias') return unprocessable('Identifier is not valid');
  const schema = step === 'notes' ? noteSchema : stepSchema;
  return checked(schema, body, ({ note }) => account.accepted(() => account.step(alias, step, note)));
};

/**
 * Starts the fake. What is accepted is answered with 202 and an id under which what became of it is found: an open alias folds, one
 * that is closed is made anew, and a step of what is not open comes to nothing.
 */
export const startFakeOpsgenie = async (key: string): Promise<FakeOpsgenie> => {
  const account = new Account();
  const receiver = await startFakeReceiver((request) => {
    const { authorization, 'content-type': type } = request.headers;
    if (authorization !== `GenieKey ${key}`) return { status: 401, body: { message: 'Could not authenticate' } };
    if (request.method === 'POST' && type !== 'application/json') return { status: 415, body: {} };
    return answerOf(account, request);
  });
  return Object.assign(account, receiver, { alertsUrl: `${receiver.url}${ALERTS}` });
};
