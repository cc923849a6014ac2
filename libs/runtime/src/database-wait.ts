import { healthPath } from './http.js';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { EventLog } from '#event-log';
import type { Database } from '#store';
import type { Clock } from './clock.js';
import { securityHeaders } from './door/security-headers.js';
import type { LinkSettings } from './link-secret.js';
import type { Logger } from './logger.js';
import type { Meters } from './watching/meters.js';
import { showsToken } from './watching/metrics-token.js';
import { formatOf } from './watching/metrics.controller.js';

/** Between two questions to a database that does not answer: one connection attempt of some ms, or of seconds where it hangs. */
export const ASK_EVERY_MS = 1_000;

/** What a role may use while the process waits for its database. */
export interface WaitingParts {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly links: LinkSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a role does while the process waits for its database; resolves to what ends it. */
export type Meanwhile = (parts: WaitingParts) => Promise<() => Promise<void>>;

/** What waiting needs. */
export interface DatabaseWait {
  /** Rejects while the database does not answer. */
  readonly ask: () => Promise<unknown>;
  /** Begins what goes on meanwhile, told why it is waited; resolves to what ends it. */
  readonly begin: (because: () => string) => Promise<() => Promise<void>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Resolves when the database answers. One that does at once begins nothing. */
export const waitForDatabase = async ({ ask, begin, clock, logger }: DatabaseWait): Promise<void> => {
  const failure = (): Promise<Error | undefined> =>
    ask().then(
      () => undefined,
      (error: Error) => error,
    );
  let failed = await failure();
  if (failed === undefined) return;
  logger.error({ err: failed }, 'the database does not answer; waiting for it');
  const end = await begin(() => failed?.message ?? 'it answers');
  while (failed !== undefined) {
    await clock.sleep(ASK_EVERY_MS);
    failed = await failure();
  }
  logger.info('the database answers');
  await end();
};

/** Where it is said, and what opens `/metrics` there: keys cannot be looked up. */
export interface WaitingDoor {
  readonly port: number;
  readonly host: string;
  readonly publicUrl?: URL | undefined;
  readonly metricsToken?: string | undefined;
}

const answerMetrics = async (
  response: ServerResponse,
  meters: Pick<Meters, 'expose'>,
  accept: string | undefined,
  secured: ReturnType<typeof securityHeaders>,
): Promise<void> => {
  const { contentType, body } = await meters.expose(formatOf(accept));
  response.writeHead(200, { ...secured, 'content-type': contentType, connection: 'close' });
  response.end(body);
};

/** Says that the process lives, and why it is not ready: whoever supervises it must not end what still pages. */
export const serveWaiting = async (
  { port, host, publicUrl, metricsToken }: WaitingDoor,
  because: () => string,
  meters: Pick<Meters, 'expose'>,
): Promise<Server> => {
  const secured = securityHeaders(publicUrl);
  const server = createServer(({ url, headers }, response) => {
    if (url === '/metrics' && showsToken(metricsToken, headers.authorization)) {
      void answerMetrics(response, meters, headers.accept, secured);
      return;
    }
    const isLive = healthPath(url ?? '/') === '/healthz';
    const told = isLive ? { status: 'alive' } : { status: 'not ready', unready: { database: because() } };
    response.writeHead(isLive ? 200 : 503, { ...secured, 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(told));
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, host, done));
  return server;
};

/** Ends it, so that its address can be taken again. */
export const closeWaiting = async (server: Server): Promise<void> => {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
};
