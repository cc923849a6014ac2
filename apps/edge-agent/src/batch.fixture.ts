import { decoderFor, isRefusal, type OutcomeBatch } from '#contracts';
import { until } from '#testing';
import type { BatchRows } from './batch-builder.js';
import type { OpenBatch, Unseen } from './batch-queue.js';
import type { GatewayAnswer, GatewayClient } from './gateway-client.js';

/** What every batch of the specs says alike. */
export const ENVELOPE = { nodeId: 'edge-1', agentBootId: '9', pop: 'fra1', region: 'europe', ring: '', vantage: 0 };

/** Nothing that could not be seen. */
export const NOTHING_UNSEEN: Unseen = { unpairedQueries: 0, orphanResponses: 0, malformed: 0 };

const rows = (n: number): BatchRows => ({
  t0Us: 1_700_000_000_000_000,
  n,
  zones: n === 0 ? [] : ['shop.example'],
  dtUs: new Uint32Array(n),
  zoneIx: new Uint16Array(n),
  zoneId: undefined,
  latencyUs: new Uint32Array(n),
  outcome: new Uint8Array(n),
  qtype: new Uint16Array(n),
  rcode: new Uint16Array(n),
  transport: new Uint8Array(n),
  flags: new Uint8Array(n),
  qnameLen: new Uint8Array(n),
});

/** A batch of so many outcomes that waits for its number. */
export const openBatch = (n: number, unseen = NOTHING_UNSEEN): OpenBatch => ({
  rows: rows(n),
  origin: { serverBootId: '5', softwareVersion: 'v2.1.5', configRev: 'c42' },
  unseen,
});

/** A batch as it was sent. */
export const decodeBatch = (body: Uint8Array): OutcomeBatch => {
  const batch = decoderFor('application/vnd.tocsin.outcomes+protobuf')?.decode(Uint8Array.from(body));
  if (batch === undefined || isRefusal(batch)) throw new Error('a batch that cannot be decoded was sent');
  return batch;
};

/** A gateway whose answers a test gives one by one. */
export const scriptedGateway = () => {
  const sent: OutcomeBatch[] = [];
  const waiting: ((status: number) => void)[] = [];
  const client: GatewayClient = {
    post: (_path, _type, body) =>
      new Promise<GatewayAnswer>((resolve) => {
        sent.push(decodeBatch(body));
        waiting.push((status) => resolve({ status, body: 'because', retryAfterMs: undefined }));
      }),
    close: () => undefined,
  };
  const answer = async (status: number): Promise<void> => {
    const next = await until('a post waits', () => waiting.shift());
    next(status);
  };
  return { sent, client, answer };
};

/** A gateway that is there or away, and keeps what it accepts. */
export const switchedGateway = () => {
  const accepted: OutcomeBatch[] = [];
  const state = { isAway: false, attempts: 0 };
  const client: GatewayClient = {
    post: (_path, _type, body) => {
      state.attempts += 1;
      if (state.isAway) return Promise.reject(new Error('connect ECONNREFUSED'));
      accepted.push(decodeBatch(body));
      return Promise.resolve({ status: 202, body: '', retryAfterMs: undefined });
    },
    close: () => undefined,
  };
  return { accepted, client, state };
};
