import type { TraceSettings } from './otlp-traces.js';
import { NO_TRACES, type Traces } from './traces.js';

/** The traces of a process. The packages of OpenTelemetry are loaded only where a collector is set. */
export const openTraces = async (settings: TraceSettings | undefined, roles: readonly string[]): Promise<Traces> => {
  if (settings === undefined) return NO_TRACES;
  const { openOtlpTraces } = await import('./otlp-traces.js');
  return openOtlpTraces(settings, roles);
};
