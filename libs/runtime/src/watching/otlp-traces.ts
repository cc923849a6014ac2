import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { buildVersion } from './process-meters.js';
import type { TraceParent } from './request-id.js';
import type { OpenSpan, SpanAttributes, Traces } from './traces.js';

/** Where traces go, and how many. */
export interface TraceSettings {
  /** Of a collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of traces that are begun here and recorded, 0 to 1; who calls with a sampled parent is always recorded. */
  readonly ratio: number;
}

/** Spans that wait; beyond it the newest are dropped, and the collector sees holes: a process must not grow because of its watching. */
const QUEUE_MAX = 2_048;
/** Spans of one request to the collector. */
const BATCH_MAX = 512;
/** Spans wait this long for others. */
const DELAY_MS = 2_000;
/** A collector that does not answer; what is left at the end of a process waits no longer either. */
const EXPORT_MS_MAX = 5_000;

const parentContext = ({ traceId, spanId, isSampled }: TraceParent): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });

const providerOf = ({ endpoint, headers, ratio }: TraceSettings, roles: readonly string[]): TracerProvider => {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_MS_MAX,
  });
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'tocsin',
      'service.version': buildVersion(),
      'tocsin.roles': [...roles],
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: DELAY_MS,
        exportTimeoutMillis: EXPORT_MS_MAX,
      }),
    ],
  });
};

/**
 * Traces to a collector, by OTLP over HTTP. Loaded only where one is set. The context goes with the work in a store of our own: the global
 * one of the package would be shared by all processes of a test.
 */
export const openOtlpTraces = (settings: TraceSettings, roles: readonly string[]): Traces => {
  const provider = providerOf(settings, roles);
  const tracer = provider.getTracer('tocsin');
  const current = new AsyncLocalStorage<Context>();
  const begin = (name: string, kind: SpanKind, attributes: SpanAttributes, parent: Context): OpenSpan => {
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    const context = trace.setSpan(parent, span);
    return {
      within: (work) => current.run(context, work),
      end: (told, failed) => {
        span.setAttributes(told);
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
  const spanIn = async <T>(name: string, attributes: SpanAttributes, parent: Context, work: () => Promise<T>) => {
    const span = begin(name, SpanKind.INTERNAL, attributes, parent);
    try {
      const result = await span.within(work);
      span.end({}, false);
      return result;
    } catch (error) {
      // Its name and not its words: those may hold what is nobody's business.
      span.end({ 'error.type': error instanceof Error ? error.name : 'unknown' }, true);
      throw error;
    }
  };
  return {
    isOn: true,
    span: (name, attributes, work) => spanIn(name, attributes, current.getStore() ?? ROOT_CONTEXT, work),
    child: (name, attributes, work) => {
      const parent = current.getStore();
      return parent === undefined ? work() : spanIn(name, attributes, parent, work);
    },
    begin: (name, attributes) => begin(name, SpanKind.INTERNAL, attributes, current.getStore() ?? ROOT_CONTEXT),
    open: (name, attributes, parent) =>
      begin(name, SpanKind.SERVER, attributes, parent === undefined ? ROOT_CONTEXT : parentContext(parent)),
    close: () => provider.shutdown(),
  };
};
