import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { until } from '#testing';
import { createHttpAdapter } from './http.js';
import { createLogger } from './logger.js';

/** Short, so that a test may wait for it. */
const PATIENCE = { headersMs: 300, requestMs: 600, idleMs: 200, lookMs: 50 };
const HOSTS = 'host: a\r\n';
/** Larger than what a client sends here before it is let go. */
const LONG = 100_000;

let server: FastifyInstance;
let url: URL;
beforeAll(async () => {
  const adapter = createHttpAdapter(createLogger('silent'), { 'x-content-type-options': 'nosniff' }, [], PATIENCE);
  server = adapter.getInstance();
  server.post('/said', (request, reply) => reply.send(request.body));
  server.post('/unwanted', { onRequest: (_request, reply) => void reply.status(401).send('no') }, () => 'never');
  server.get('/hello', (_request, reply) => reply.send('hello'));
  url = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
});
afterAll(() => server.close());

const connections = (): Promise<number> =>
  new Promise((resolve) => server.server.getConnections((_error, count) => resolve(count)));

/** A connection, and what came on it until the server closed it. */
const open = async (first: string, allowHalfOpen = false) => {
  const socket: Socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen });
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  // A byte that crosses the closing on its way is answered with a reset.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
  await once(socket, 'connect');
  socket.write(first);
  return { socket, closed };
};

/** Somebody else asks, and is answered, while a client sends a little after each answer until it is let go: what the slow one heard. */
const besides = async (first: string, each: string) => {
  const { socket, closed } = await open(first);
  while (!socket.destroyed) {
    const answer = await fetch(new URL('/hello', url));
    expect(await answer.text()).toBe('hello');
    if (socket.writable) socket.write(each);
  }
  return closed;
};

describe('who sends slowly', () => {
  it.each([
    ['headers, byte by byte', `GET /hello HTTP/1.1\r\n${HOSTS}x-slow: `, 'a'],
    ['lines of headers without end', `GET /hello HTTP/1.1\r\n${HOSTS}`, 'x: y\r\n'],
    ['an address, byte by byte', 'GET /', 'a'],
    ['a body, byte by byte', `POST /said HTTP/1.1\r\n${HOSTS}content-length: ${LONG}\r\n\r\n`, 'a'],
    ['a body in pieces', `POST /said HTTP/1.1\r\n${HOSTS}transfer-encoding: chunked\r\n\r\n`, '1\r\na\r\n'],
    ['nothing', '', ''],
  ])('%s: is told so and let go, and others are served meanwhile', async (_what, first, each) => {
    const heard = await besides(first, each);
    expect(heard).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(heard).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(heard.slice(heard.indexOf('\r\n\r\n')))).toMatchObject({ code: 'REQUEST_TOO_SLOW' });
  });

  it('a body that nobody wants, is answered at once and let go', async () => {
    const heard = await besides(`POST /unwanted HTTP/1.1\r\n${HOSTS}content-length: ${LONG}\r\n\r\n`, 'a');
    expect(heard).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  });

  it.each([
    ['was too slow', `GET /hello HTTP/1.1\r\n${HOSTS}`],
    ['is no request', 'what is this\r\n\r\n'],
  ])('who %s and does not hang up is hung up on', async (_what, first) => {
    const { socket } = await open(first, true);
    await once(socket, 'end');
    await until('its connection is gone', async () => (await connections()) === 0);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('who asks nothing more is let go, after an answer of its own', async () => {
    const { closed } = await open(`GET /hello HTTP/1.1\r\n${HOSTS}\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
  });

  it('a hundred of them hold nobody up', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => open(`GET /hello HTTP/1.1\r\n${HOSTS}x: `)));
    expect((await fetch(new URL('/hello', url))).status).toBe(200);
    for (const { closed } of slow) expect(await closed).toContain('REQUEST_TOO_SLOW');
  });
});
