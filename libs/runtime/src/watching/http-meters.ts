import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.js';
import { loggedPath } from '../problem.filter.js';
import { counterOf, type HistogramFamily, type Meters } from './meters.js';

/** Some 150 routes, three classes of answers each. */
const SERIES_MAX = 1_000;
const REQUESTS = counterOf(
  'tocsin_http_requests_total',
  'Requests that were answered, by the template of their route and the class of their status.',
  ['method', 'route', 'status'],
  SERIES_MAX,
);
const DURATION: HistogramFamily<'method' | 'route'> = {
  kind: 'histogram',
  name: 'tocsin_http_request_duration_seconds',
  help: 'Time from the headers of a request to the end of its answer. Routes that wait for news take as long as they are asked to.',
  labels: ['method', 'route'],
  // Each has ten series.
  seriesMax: 300,
  // The bound of people's pages is 50 ms; a query has 3 s, a request 30 s to arrive.
  buckets: [0.005, 0.02, 0.05, 0.2, 1, 3, 30],
};

/** What no route has: paths are the caller's words, and no labels. */
const UNMATCHED = 'unmatched';
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A request that takes longer than this is told: the bound of people's pages is 50 ms, that of a statement 2.5 s. */
const SLOW_MS = 1_000;
/** Their answers wait for news, as long as the caller says. */
const WAITING: ReadonlySet<string> = new Set(['/v1/events', '/v1/nodes/:nodeId/commands']);

const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? UNMATCHED;

const isWaiting = (route: string, reply: FastifyReply): boolean =>
  WAITING.has(route) || String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream');

const tell = (request: FastifyRequest, reply: FastifyReply, logger: Logger): void => {
  const [route, durationMs] = [routeOf(request), Math.round(reply.elapsedTime)];
  const hasFailed = reply.statusCode >= 500;
  if (!hasFailed && (durationMs < SLOW_MS || isWaiting(route, reply))) return;
  const { id: requestId, method, url } = request;
  const line = { requestId, method, path: loggedPath(url), status: reply.statusCode, durationMs };
  logger.warn(line, hasFailed ? 'a request was answered with an error of ours' : 'a request was slow');
};

/** Counts every answer, and tells those that failed or were slow: not each, a fleet sends thousands a second. */
export const meterHttp = (server: FastifyInstance, meters: Meters, logger: Logger): void => {
  const counts = new Map<string, { readonly labels: Record<'method' | 'route' | 'status', string>; value: number }>();
  const took = meters.histogram(DURATION);
  meters.add(REQUESTS, () => [...counts.values()]);
  server.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const method = METHODS.has(request.method) ? request.method : 'other';
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    const key = `${method} ${route} ${status}`;
    const known = counts.get(key);
    if (known !== undefined) known.value += 1;
    else counts.set(key, { labels: { method, route, status }, value: 1 });
    took({ method, route }, reply.elapsedTime / 1e3);
    tell(request, reply, logger);
    done();
  });
};
