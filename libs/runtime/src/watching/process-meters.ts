import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import { counterOf, gaugeOf, type Meters } from './meters.js';

const BUILD = gaugeOf('tocsin_build_info', 'Always 1; the labels say what runs.', ['version', 'node'], 1);
const READY = gaugeOf('tocsin_part_ready', 'Whether a part of /readyz is ready (1) or not (0).', ['part'], 32);
const CPU = counterOf('process_cpu_seconds_total', 'User and system CPU time of the process in seconds.');
const RESIDENT = gaugeOf('process_resident_memory_bytes', 'Memory of the process in bytes.');
const STARTED = gaugeOf('process_start_time_seconds', 'When the process started, in seconds since the epoch.');
const HEAP = gaugeOf('nodejs_heap_used_bytes', 'JavaScript heap in use, in bytes.');
const EXTERNAL = gaugeOf('nodejs_external_memory_bytes', 'Buffers and other memory outside the heap, in bytes.');
const BUSY = counterOf(
  'tocsin_event_loop_busy_seconds_total',
  'Time in which the event loop was not idle, in seconds.',
);
const DELAY_MEAN = gaugeOf(
  'tocsin_event_loop_delay_mean_seconds',
  'How late timers came in the last window, on average.',
);
const DELAY_P99 = gaugeOf(
  'tocsin_event_loop_delay_p99_seconds',
  'How late timers came in the last window, 99th percentile.',
);
const DELAY_MAX = gaugeOf('tocsin_event_loop_delay_max_seconds', 'How late timers came in the last window, at most.');

const PACKAGE = new URL('../../../../../package.json', import.meta.url);
/** The version of this build, as package.json has it. */
export const buildVersion = (): string => (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }).version;

/** Steps of the event loop's clock: what is shorter delays nothing that matters here. */
const RESOLUTION_MS = 20;
/** A window lasts so long at least: two Prometheus servers, 15 s each, see the same one and none empties it for the other. */
const WINDOW_MS_MIN = 10_000;

interface LoopDelay {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** Delays beyond the step of the clock, in seconds, of the last window that ended. */
const createLoopDelay = (): { readonly read: () => LoopDelay; readonly stop: () => void } => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let begun = performance.now();
  let last: LoopDelay | undefined;
  const secondsOf = (ns: number): number => Math.max(0, (Number.isFinite(ns) ? ns : 0) / 1e9 - RESOLUTION_MS / 1e3);
  const look = (): LoopDelay => ({
    mean: secondsOf(histogram.mean),
    p99: secondsOf(histogram.percentile(99)),
    max: secondsOf(histogram.max),
  });
  const read = (): LoopDelay => {
    const isOver = performance.now() - begun >= WINDOW_MS_MIN;
    if (last !== undefined && !isOver) return last;
    last = look();
    if (isOver) {
      histogram.reset();
      begun = performance.now();
    }
    return last;
  };
  return { read, stop: () => void histogram.disable() };
};

/** Adds what any process has: build, CPU, memory, event loop. Returns what ends the measuring. */
export const meterProcess = (meters: Meters): (() => void) => {
  const build = { version: buildVersion(), node: process.versions.node };
  const delay = createLoopDelay();
  meters.add(BUILD, () => [{ labels: build, value: 1 }]);
  meters.add(CPU, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  meters.add(RESIDENT, () => memoryUsage.rss());
  meters.add(STARTED, () => performance.timeOrigin / 1e3);
  meters.add(HEAP, () => memoryUsage().heapUsed);
  meters.add(EXTERNAL, () => memoryUsage().external);
  meters.add(BUSY, () => performance.eventLoopUtilization().active / 1e3);
  meters.add(DELAY_MEAN, () => delay.read().mean);
  meters.add(DELAY_P99, () => delay.read().p99);
  meters.add(DELAY_MAX, () => delay.read().max);
  return delay.stop;
};

/** Adds what `/readyz` says, part by part. */
export const meterReadiness = (
  meters: Meters,
  readiness: {
    readonly parts: () => readonly string[];
    readonly unready: () => Promise<Readonly<Record<string, string>>>;
  },
): void =>
  meters.add(READY, async () => {
    const unready = await readiness.unready();
    return readiness.parts().map((part) => ({ labels: { part }, value: part in unready ? 0 : 1 }));
  });

/** Adds what a process has that waits for its database. Returns what ends the measuring. */
export const meterWaiting = (meters: Meters): (() => Promise<void>) => {
  const stop = meterProcess(meters);
  meters.add(READY, () => [{ labels: { part: 'database' }, value: 0 }]);
  return async () => stop();
};
