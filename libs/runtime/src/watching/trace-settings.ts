import { ConfigError } from '#config';
import type { TraceSettings } from './otlp-traces.js';

// What was written there may be a secret, and is not repeated.
const unreadable = (expected: string): ConfigError =>
  new ConfigError([`OTEL_EXPORTER_OTLP_HEADERS: expected ${expected}`]);

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    // The error would repeat nothing, and say nothing either: `URI malformed`.
    throw unreadable('a % in a value to be written as %25, as values are percent-encoded');
  }
};

const pairOf = (pair: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  if (at < 1) throw unreadable('name=value,name=value');
  return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
};

/** The settings of traces, in the names that OpenTelemetry has for them; undefined where no collector is set. */
export const tracesOf = (read: {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}): TraceSettings | undefined => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = read;
  if (endpoint === undefined) return undefined;
  const pairs = (headers ?? '').split(',').filter((pair) => pair.trim() !== '');
  return { endpoint, headers: Object.fromEntries(pairs.map(pairOf)), ratio: read.OTEL_TRACES_SAMPLER_ARG };
};
