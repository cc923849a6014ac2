import type { PartitionOffsets, TopicPartition } from '../event-log.js';

/** What is seen of one partition's reader, now and later: it may move on while the log is asked. */
export interface Progress {
  readonly partition: TopicPartition;
  /** Where the subscriber is. */
  readonly nextOffset: number;
  /** When a fetch was last answered or a handler ended: monotonic, ms. */
  readonly progressAtMs: number;
  readonly isBusy: boolean;
  readonly isPaused: boolean;
}

// Answers come every 200 ms on a partition that is read, so this is long; a restart costs some seconds of delay.
const STUCK_MS = 30_000;
// A partition without an answer for this long is looked at; requests that fail are over by then.
const SUSPECT_MS = 5_000;
// Statements and requests of a handler end within seconds each: this long it waits for something that is away.
const LONG_HANDLER_MS = 300_000;

/** The partition that is silent for longest, though it should be read; undefined when all go on. */
export const suspectOf = (all: readonly Progress[], nowMs: number): Progress | undefined =>
  all
    .filter(({ isBusy, isPaused, progressAtMs }) => !isBusy && !isPaused && nowMs - progressAtMs > SUSPECT_MS)
    .toSorted((a, b) => a.progressAtMs - b.progressAtMs)[0];

/** The partition whose handler runs for longest, when that is too long. */
export const longHandlerOf = (all: readonly Progress[], nowMs: number): Progress | undefined =>
  all
    .filter(({ isBusy, progressAtMs }) => isBusy && nowMs - progressAtMs > LONG_HANDLER_MS)
    .toSorted((a, b) => a.progressAtMs - b.progressAtMs)[0];

/** True when a partition lags, without progress, and the log answered all the while. */
export const isStuck = (progressAtMs: number, laggingSinceMs: number, nowMs: number): boolean =>
  nowMs - Math.max(progressAtMs, laggingSinceMs) > STUCK_MS;

/** What a watch needs. */
export interface WatchParts {
  /** Asks the log for the end, on other connections than the fetches use; rejects while it is away. */
  readonly ends: (partition: TopicPartition) => Promise<Pick<PartitionOffsets, 'high'>>;
  readonly monotonicMs: () => number;
  /** Told once: nothing but a new process helps. */
  readonly onStuck: (error: Error) => void;
  readonly onError: (what: string, error: Error) => void;
}

/**
 * Finds a partition that lags and is not read though the log answers: a fault of ours or of the client library's, which a new
 * process does not have. A partition that is quiet is read in vain five times a second, and that is progress.
 *
 *   FINE ──silent for 5 s, the log answers, lag > 0──▶ LAGGING ──30 s──▶ STUCK: `onStuck`
 *    ▲                                                    │
 *    └────────── progress, or the log does not answer ────┘
 *
 * A log that is away or hung is no lack of progress: the lag is unknown, and its return begins a new count. Nor is a handler that
 * runs for long: it waits for a database that is away, where a new process would wait as well and read everything again. It is
 * named, and whoever operates it decides.
 */
export class ProgressWatch {
  private lagging: { readonly name: string; readonly sinceMs: number } | undefined;
  private toldHandlerAtMs = -Infinity;
  private isAsking = false;
  private isOver = false;

  constructor(private readonly parts: WatchParts) {}

  /** Looks once; called every second or so. One question to the log at a time, about the partition that is silent for longest. */
  async look(all: readonly Progress[]): Promise<void> {
    const nowMs = this.parts.monotonicMs();
    this.tellLongHandler(longHandlerOf(all, nowMs), nowMs);
    const suspect = suspectOf(all, nowMs);
    if (suspect === undefined) this.lagging = undefined;
    if (suspect === undefined || this.isAsking || this.isOver) return;
    this.isAsking = true;
    const high = await this.parts.ends(suspect.partition).then(
      (ends) => ends.high,
      () => undefined,
    );
    this.isAsking = false;
    if (high === undefined || high <= suspect.nextOffset) this.lagging = undefined;
    else this.judge(suspect, high - suspect.nextOffset, nowMs);
  }

  private judge({ partition, progressAtMs }: Progress, lag: number, nowMs: number): void {
    const name = nameOf(partition);
    if (this.lagging?.name !== name) this.lagging = { name, sinceMs: nowMs };
    if (this.isOver || !isStuck(progressAtMs, this.lagging.sinceMs, nowMs)) return;
    this.isOver = true;
    this.parts.onStuck(new Error(`no progress of ${name} for ${STUCK_MS} ms, ${lag} records behind`));
  }

  private tellLongHandler(long: Progress | undefined, nowMs: number): void {
    if (long === undefined || nowMs - this.toldHandlerAtMs < LONG_HANDLER_MS) return;
    this.toldHandlerAtMs = nowMs;
    const seconds = Math.round((nowMs - long.progressAtMs) / 1_000);
    this.parts.onError(`handle ${nameOf(long.partition)}`, new Error(`its handler runs for ${seconds} s`));
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
