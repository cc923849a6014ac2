import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventLog } from '#event-log';
import type { Database, EventStore, Queryable } from '#store';
import { type TraceParent, traceParentOf } from './request-id.js';

/** What is known of a span. Never values of statements, bodies or keys. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span that was begun, of work whose end is told apart from it. */
export interface OpenSpan {
  /** Runs work within it: spans that begin there are its children. */
  readonly within: <T>(work: () => T) => T;
  /** `failed` marks it as an error. */
  readonly end: (attributes: SpanAttributes, failed: boolean) => void;
}

/** Our port of traces: what is traced says so by hand, and knows no package. */
export interface Traces {
  /** False: nothing is recorded, and nothing should be done for it. */
  readonly isOn: boolean;
  /** Runs work as a span, the child of the one that it begins in. */
  readonly span: <T>(name: string, attributes: SpanAttributes, work: () => Promise<T>) => Promise<T>;
  /** The same, where there is a span to be the child of; alone it would say nothing. */
  readonly child: <T>(name: string, attributes: SpanAttributes, work: () => Promise<T>) => Promise<T>;
  /** Begins a span whose end comes in another call, as the child of the one that it begins in. */
  readonly begin: (name: string, attributes: SpanAttributes) => OpenSpan;
  /** Begins the span of a request, as the child of its caller's. */
  readonly open: (name: string, attributes: SpanAttributes, parent: TraceParent | undefined) => OpenSpan;
  /** Sends what is left. */
  readonly close: () => Promise<void>;
}

const NO_SPAN: OpenSpan = { within: (work) => work(), end: () => undefined };

/** Traces that are off. */
export const NO_TRACES: Traces = {
  isOn: false,
  span: (_name, _attributes, work) => work(),
  child: (_name, _attributes, work) => work(),
  begin: () => NO_SPAN,
  open: () => NO_SPAN,
  close: () => Promise.resolve(),
};

/** A span for each request: its parent is the caller's, and what the routes do are its children. Nothing is added while traces are off. */
export const traceHttp = (server: FastifyInstance, traces: Traces): void => {
  if (!traces.isOn) return;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  server.addHook('onRequest', (request, _reply, done) => {
    const parent = traceParentOf(request.headers['traceparent']);
    const span = traces.open('http request', { 'http.request.method': request.method }, parent);
    spans.set(request, span);
    span.within(done);
  });
  // Reading a body leaves the context of the request: it is entered again.
  server.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.within(done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const told = {
      'http.route': request.routeOptions.url ?? 'unmatched',
      'http.response.status_code': reply.statusCode,
      'tocsin.request_id': request.id,
    };
    spans.get(request)?.end(told, reply.statusCode >= 500);
    done();
  });
};

/** Characters of a statement: enough to know which it is. Its values are parameters, and not in it. */
const STATEMENT_CHARS_MAX = 200;
const shown = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').slice(0, STATEMENT_CHARS_MAX);

const tracedQueries = ({ query }: Queryable, traces: Traces): Queryable => ({
  query: (text, values) =>
    traces.child('query', { 'db.system.name': 'postgresql', 'db.query.text': shown(text) }, () => query(text, values)),
});

/** The same database, with spans for queries and transactions; as it is while traces are off. */
export const tracedDatabase = (database: Database, traces: Traces): Database => {
  if (!traces.isOn) return database;
  return {
    ...tracedQueries(database, traces),
    transaction: (work, options) =>
      traces.child('transaction', {}, () => database.transaction((tx) => work(tracedQueries(tx, traces)), options)),
    close: database.close,
  };
};

/** The same log, with a span for each append. */
export const tracedLog = (log: EventLog, traces: Traces): EventLog => {
  if (!traces.isOn) return log;
  return {
    clusterId: log.clusterId,
    ensureTopics: log.ensureTopics,
    offsets: log.offsets,
    offsetAt: log.offsetAt,
    read: log.read,
    subscribe: log.subscribe,
    close: log.close,
    append: (topic, records) =>
      traces.child('log append', { topic, records: records.length }, () => log.append(topic, records)),
  };
};

/** The same store, with a span for each append of events. */
export const tracedStore = (store: EventStore, traces: Traces): EventStore => {
  if (!traces.isOn) return store;
  const told = (streams: readonly { readonly stream: string }[]): SpanAttributes => ({
    streams: streams.length,
    stream: streams[0]?.stream ?? '',
  });
  return {
    ...store,
    append: (streams, metadata) => traces.child('append', told(streams), () => store.append(streams, metadata)),
    appendIn: (tx, streams, metadata) =>
      traces.child('append', told(streams), () => store.appendIn(tx, streams, metadata)),
  };
};
