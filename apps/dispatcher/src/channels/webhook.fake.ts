import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';
import { webhookSignature } from './webhook.channel.js';

/** Age at which the reference verifier refuses a message. */
const TOLERANCE_S = 300;

const messageSchema = z.strictObject({
  type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+$/),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

/** A message that was verified. */
export interface WebhookMessage extends z.infer<typeof messageSchema> {
  readonly id: string;
}

/** A fake of a Standard Webhooks receiver: verifies as the reference library does and folds repetitions by their id. */
export interface FakeWebhook extends FakeReceiver {
  /** Distinct messages in order of arrival. */
  readonly messages: readonly WebhookMessage[];
}

const header = (request: ReceivedRequest, name: string): string => String(request.headers[name] ?? '');

const isSigned = (request: ReceivedRequest, secret: Uint8Array): boolean => {
  const timestampS = Number(header(request, 'webhook-timestamp'));
  const expected = Buffer.from(webhookSignature(secret, header(request, 'webhook-id'), timestampS, request.body));
  return header(request, 'webhook-signature')
    .split(' ')
    .map((candidate) => Buffer.from(candidate))
    .some((candidate) => candidate.length === expected.length && timingSafeEqual(candidate, expected));
};

const refusalOf = (request: ReceivedRequest, secret: Uint8Array, nowMs: number): string | undefined => {
  const { method } = request;
  if (method !== 'POST') return 'expected POST';
  if (header(request, 'webhook-id') === '') return 'webhook-id is missing';
  if (!(Math.abs(nowMs / 1_000 - Number(header(request, 'webhook-timestamp'))) <= TOLERANCE_S))
    return 'Message timestamp too old or too new';
  return isSigned(request, secret) ? undefined : 'No matching signature found';
};

/** Starts the fake; `nowMs` is its clock. */
export const startFakeWebhook = async (secret: Uint8Array, nowMs: () => number): Promise<FakeWebhook> => {
  const messages = new Map<string, WebhookMessage>();
  const list: WebhookMessage[] = [];
  const receiver = await startFakeReceiver((request): ReceiverAnswer => {
    const refused = refusalOf(request, secret, nowMs());
    if (refused !== undefined) return { status: 400, body: { error: refused } };
    const parsed = messageSchema.safeParse(JSON.parse(request.body));
    if (!parsed.success) return { status: 422, body: { error: parsed.error.message } };
    const id = header(request, 'webhook-id');
    if (!messages.has(id)) {
      const message = { id, ...parsed.data };
      messages.set(id, message);
      list.push(message);
    }
    return { status: 204, body: undefined };
  });
  return { ...receiver, messages: list };
};
