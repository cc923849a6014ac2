import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does once instead of taking what it is sent. */
export type ReceiverFault = 'hang' | { readonly status: number; readonly body: string };

/** An event as PagerDuty is sent it. */
export interface SentEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: { readonly summary: string; readonly severity: string };
}

/** A message of a signed webhook. */
export interface SentMessage {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Takes what it is sent as JSON and keeps it; faults are used up in order, one per request. */
export const startReceiver = async <T>() => {
  const taken: T[] = [];
  const faults: ReceiverFault[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      requests += 1;
      const fault = faults.shift();
      if (fault === 'hang') return;
      if (fault === undefined) taken.push(JSON.parse(text) as T);
      const { status, body } = fault ?? { status: 202, body: '{"status":"success"}' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, taken: taken as readonly T[], faults, requests: () => requests, close };
};
