import { z } from 'zod';
import { type Recorded, recordedSchema } from './answers.js';
import { type ApiClient, Unreachable } from './api-client.js';
import { describeEvent } from './describe-event.js';
import { formatTime } from './figures.js';
import type { Paint } from './paint.js';

/** One long poll: below the idle limit of common proxies. */
const WAIT_MS = 20_000;
/** How long a server may be away before the tail gives up; a restart takes seconds. */
export const AWAY_ATTEMPTS_MAX = 30;

const answerSchema = z.looseObject({ events: z.array(recordedSchema) });

/** What a tail needs. */
export interface TailOptions {
  readonly api: ApiClient;
  /** Undefined: from now on. */
  readonly after: number | undefined;
  readonly onEvent: (recorded: Recorded) => void;
  /** Told when the server is away, once per time. */
  readonly onAway: (message: string) => void;
  readonly pause: () => Promise<void>;
  readonly isStopped: () => boolean;
}

const newestPosition = async (api: ApiClient): Promise<number> =>
  z.looseObject({ position: z.number() }).parse(await api.get('/v1/events/head')).position;

/**
 * Events in order, each once: the position of the last one is where the next poll begins, so that a broken connection or a
 * restarted server leaves neither a gap nor a repetition.
 */
export const tailEvents = async (options: TailOptions): Promise<void> => {
  const { api, onEvent, onAway, pause, isStopped } = options;
  let position = options.after ?? (await newestPosition(api));
  let away = 0;
  while (!isStopped()) {
    try {
      const path = `/v1/events?after=${position}&waitMs=${WAIT_MS}`;
      for (const recorded of answerSchema.parse(await api.get(path, WAIT_MS)).events) {
        onEvent(recorded);
        position = recorded.position;
      }
      away = 0;
    } catch (error) {
      if (!(error instanceof Unreachable) || away >= AWAY_ATTEMPTS_MAX) throw error;
      if (away === 0) onAway(error.message);
      away += 1;
      await pause();
    }
  }
};

const isLoud = (type: string): boolean => /Fired|Opened|Refused|Stopped/.test(type);
const isQuiet = (type: string): boolean => /Resolved|Completed|Verified/.test(type);

/** An event in one line. */
export const formatRecorded = (recorded: Recorded, paint: Paint): string => {
  const { type } = recorded.event;
  const colour = isLoud(type) ? paint.bad : isQuiet(type) ? paint.good : (text: string): string => text;
  const time = formatTime(recorded.recordedAtMs);
  return `${recorded.position}  ${time}  ${colour(type)}  ${describeEvent(recorded)}`.trimEnd();
};
