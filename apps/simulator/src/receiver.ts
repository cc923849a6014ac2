import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from './clock.js';
import { createDeploySystem, type DeploySystem } from './deploy-system.js';
import { createPagerDuty, type PagerDuty, type ReceiverAnswer } from './pagerduty.js';

/** The world outside, on one local port. All that came in is kept with its time of arrival: this is the receiver's record. */
export interface Receiver {
  readonly url: string;
  readonly pagerDuty: PagerDuty;
  readonly deploySystem: DeploySystem;
  /** What a server needs to reach it, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Larger than every event that may be sent, so that the refusal is ours and not a broken connection. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Standard Webhooks: 24 to 64 bytes. */
const SECRET_BYTES = 32;

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer);
  }
  return bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString('utf8');
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** Starts PagerDuty and the deploy system. */
export const startReceiver = async (clock: Clock, seed: number): Promise<Receiver> => {
  const secret = randomBytes(SECRET_BYTES);
  const routingKey = randomBytes(16).toString('hex');
  const pagerDuty = createPagerDuty();
  const deploySystem = createDeploySystem({ secret, clock, seed });

  const answer = async (request: IncomingMessage): Promise<ReceiverAnswer> => {
    const arrivedAtMs = clock.nowMs();
    const body = await bodyOf(request);
    if (body === undefined) return { status: 413, body: { error: 'too large' } };
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    if (route === 'POST /v2/enqueue') return pagerDuty.enqueue(body, arrivedAtMs);
    if (route === 'POST /v2/change/enqueue') return pagerDuty.change(body);
    if (route === 'POST /deploy') return deploySystem.deliver(request.headers, body, arrivedAtMs);
    return { status: 404, body: { error: 'no such route' } };
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((): ReceiverAnswer => ({ status: 500, body: { error: 'the request broke off' } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    pagerDuty,
    deploySystem,
    environment: {
      PAGERDUTY_URL: url,
      PAGERDUTY_ROUTING_KEY: routingKey,
      DEPLOY_WEBHOOK_URL: `${url}/deploy`,
      DEPLOY_WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
