import { Agent, request as requestHttp } from 'node:http';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';
import { makeTag } from '#contracts';
import type { AgentConfig } from './agent.config.js';

/** What the gateway said. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: string;
  /** Of a `retry-after` in seconds. */
  readonly retryAfterMs: number | undefined;
}

const PATHS = { 'telemetry.outcomes': '/v1/telemetry/outcomes', 'telemetry.nodes': '/v1/telemetry/nodes' } as const;
/** To which topic a body goes. */
export type PostTopic = keyof typeof PATHS;

/** The machines' door of Tocsin, for one node. Fails with an Error when nothing was answered. */
export interface GatewayClient {
  /** With a key of the node every body carries its tag. */
  readonly post: (topic: PostTopic, contentType: string, body: Uint8Array) => Promise<GatewayAnswer>;
  readonly close: () => void;
}

/** The same door, to read from. */
export interface GatewayReader {
  readonly get: (path: string) => Promise<GatewayAnswer>;
}

/** The gateway answers when the log has the batch, which it waits for below this. */
const TIMEOUT_MS = 10_000;
/** A problem document is a few hundred bytes; the rest is not read. */
const ANSWER_CHARACTERS_MAX = 4_000;
/** What is asked for may be longer: a page of the registry of zones has 270 KB at most. Beyond, it is cut and so cannot be read. */
const PAGE_CHARACTERS_MAX = 1 << 20;

const secondsOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) * 1_000 : undefined;

/** Makes a client that keeps its connection. */
export const createGatewayClient = ({
  gateway: url,
  key,
  nodeKey,
}: Pick<AgentConfig, 'gateway' | 'key' | 'nodeKey'>): GatewayClient & GatewayReader => {
  const base = new URL(url);
  const isSecure = base.protocol === 'https:';
  // One for batches, heartbeats, crashes and zones each, of which there is one at a time: a slow batch must not make a node look silent.
  const options = { keepAlive: true, maxSockets: 4 };
  const agent = isSecure ? new SecureAgent(options) : new Agent(options);
  const request = isSecure ? requestHttps : requestHttp;

  const tagOf = (topic: PostTopic, contentType: string, body: Uint8Array): Record<string, string> => {
    if (nodeKey === undefined) return {};
    const message = { topic, contentType, keyId: nodeKey.keyId, body };
    return { 'x-tocsin-key-id': nodeKey.keyId, 'x-tocsin-tag': makeTag(message, nodeKey.key) };
  };
  const ask = (
    method: 'GET' | 'POST',
    path: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: Uint8Array | string },
    charactersMax: number,
  ): Promise<GatewayAnswer> =>
    new Promise((resolve, reject) => {
      const fail = (cause: Error): void =>
        reject(new Error(`${method.toLowerCase()} ${path}: ${cause.message}`, { cause }));
      const outgoing = request(new URL(path, base), {
        method,
        agent,
        headers: { authorization: `Bearer ${key}`, ...headers },
        timeout: TIMEOUT_MS,
      });
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (piece: string) => {
          text = (text + piece).slice(0, charactersMax);
        });
        incoming.on('error', fail);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: text,
            retryAfterMs: secondsOf(incoming.headers['retry-after']),
          }),
        );
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  const post: GatewayClient['post'] = (topic, contentType, body) => {
    const length = String(body.byteLength);
    const headers = { 'content-type': contentType, 'content-length': length, ...tagOf(topic, contentType, body) };
    return ask('POST', PATHS[topic], { headers, body }, ANSWER_CHARACTERS_MAX);
  };
  return { post, get: (path) => ask('GET', path, {}, PAGE_CHARACTERS_MAX), close: () => agent.destroy() };
};
