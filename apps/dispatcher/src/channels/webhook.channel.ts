import { createHmac } from 'node:crypto';
import type { DeliverySubject } from '#store';
import type { AttemptAnswer } from './attempt.decide.js';
import { addressSecrets } from './address-secrets.js';
import { type HttpChannel, httpChannel, type OutgoingDelivery } from './channel.js';

/** Standard Webhooks asks for 15 to 30 s; the shorter end, since a page waits behind it. */
const TIMEOUT_MS = 15_000;

/** Where a webhook goes and the secret both sides hold. */
export interface WebhookTarget {
  readonly name: string;
  /** What it is told of; absent: pages. */
  readonly subject?: DeliverySubject;
  readonly url: URL;
  /** 24 to 64 bytes. */
  readonly secret: Uint8Array;
  readonly allowsPrivate?: boolean;
}

const TYPE_OF: Record<OutgoingDelivery['action'], string> = {
  trigger: 'incident.opened',
  update: 'incident.updated',
  acknowledge: 'incident.acknowledged',
  resolve: 'incident.resolved',
  escalate: 'incident.escalated',
  request: 'incident.requested',
  command: 'command.issued',
  gate_decided: 'rollout.gate_decided',
  stage_promoted: 'rollout.stage_promoted',
  rollout_halted: 'rollout.halted',
  rollout_completed: 'rollout.completed',
  rolled_back: 'rollout.rolled_back',
  notice: 'customer.notice',
  status_update: 'status.updated',
  change: 'change.made',
};

/** The Standard Webhooks 1.0.0 signature of a message, as its header holds it. */
export const webhookSignature = (secret: Uint8Array, id: string, timestampS: number, body: string): string =>
  `v1,${createHmac('sha256', secret).update(`${id}.${timestampS}.${body}`).digest('base64')}`;

// A deploy system reads a signed command and nothing beside it: its expiry is in the signed bytes.
const dataOf = ({ subject, dedupKey, body }: OutgoingDelivery): unknown => {
  if (subject === 'command') return body['signed'];
  return subject === 'page' ? { incidentId: dedupKey, ...body } : body;
};

/** Standard Webhooks: whoever answers 410 wants nothing sent there any more. */
const readAnswer = (answer: AttemptAnswer): AttemptAnswer =>
  answer.kind === 'answered' && answer.status === 410 ? { kind: 'gone', status: 410, detail: answer.detail } : answer;

/**
 * A signed webhook after Standard Webhooks 1.0.0. The id is the delivery's, the same over all attempts; the time is the attempt's,
 * so that receivers may refuse old messages.
 */
export const webhookChannel = ({ name, subject, url, secret, allowsPrivate }: WebhookTarget): HttpChannel =>
  httpChannel({
    name,
    subject,
    allowsPrivate,
    readAnswer,
    isKeyed: true,
    timeoutMs: TIMEOUT_MS,
    secrets: [Buffer.from(secret).toString('base64'), ...addressSecrets(url)],
    requestOf: (delivery, nowMs) => {
      const timestampS = Math.floor(nowMs / 1_000);
      const message = {
        type: TYPE_OF[delivery.action],
        timestamp: new Date(nowMs).toISOString(),
        data: dataOf(delivery),
      };
      const body = JSON.stringify(message);
      return {
        url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': delivery.deliveryId,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': webhookSignature(secret, delivery.deliveryId, timestampS, body),
        },
        body,
        timeoutMs: TIMEOUT_MS,
      };
    },
  });
