import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** W3C: version, trace id, span id, flags; ids of zeros alone are none. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
/** What may stand in a log line and in a header as it came. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{8,128}$/;

/** Who called, as `traceparent` says it. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Reads a `traceparent`; undefined where there is none that is valid. */
export const traceParentOf = (header: string | string[] | undefined): TraceParent | undefined => {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(String(header ?? '')) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? '0', 16) & 1) === 1 };
};

/**
 * The id of a request in log lines, problem documents, `X-Request-Id` and the audit: that of the caller's trace, else the caller's own
 * `X-Request-Id` where it has a form that can be shown, else a new one.
 */
export const requestIdOf = (headers: IncomingHttpHeaders, newId: () => string = randomUUID): string => {
  const parent = traceParentOf(headers['traceparent']);
  if (parent !== undefined) return parent.traceId;
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : newId();
};
