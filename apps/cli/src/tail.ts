import { eventHeadAnswer, type ProblemDocument } from '#contracts';
import { readAnswer, type Recorded, recordedSeen } from './answers.js';
import { type ApiClient, isAway, Refused, Unreachable } from './api-client.js';
import { describeEvent } from './describe-event.js';
import { createFrameReader, type Frame } from './event-frames.js';
import { formatTime } from './figures.js';
import type { Paint } from './paint.js';
import type { TailFilter } from './tail-arguments.js';

/** How long a server may be away before the tail gives up; a restart takes seconds. */
export const AWAY_ATTEMPTS_MAX = 30;

/** What a tail needs. */
export interface TailOptions {
  readonly api: Pick<ApiClient, 'get' | 'stream'>;
  /** Undefined: from now on. */
  readonly after: number | undefined;
  readonly filter: TailFilter;
  readonly onEvent: (recorded: Recorded) => void;
  /** Told when the server is away, once per time. */
  readonly onAway: (message: string) => void;
  readonly pause: () => Promise<void>;
  readonly isStopped: () => boolean;
}

const newestPosition = async (api: TailOptions['api']): Promise<number> =>
  readAnswer(eventHeadAnswer, await api.get('/v1/events/head')).position;

/** Why the server ended the stream, where it does so for good. */
const refusalOf = (frame: Frame): Refused | undefined => {
  if (frame.event !== 'end') return undefined;
  const { status, title, detail } = JSON.parse(frame.data ?? '{}') as ProblemDocument;
  return new Refused(status, `the stream ended: ${title}: ${detail}`);
};

/** Follows until the connection ends; tells after which position the next one goes on. */
async function* followed({ api, filter }: TailOptions, after: number): AsyncGenerator<Frame, void, void> {
  const readFrames = createFrameReader();
  const query = new URLSearchParams({ ...filter, after: String(after) });
  for await (const text of api.stream(`/v1/stream?${query.toString()}`)) yield* readFrames(text);
}

/**
 * Events in order, each once, by the stream: the position of the last one is where the next connection goes on, so that a broken
 * connection or a restarted server leaves neither a gap nor a repetition.
 */
export const tailEvents = async (options: TailOptions): Promise<void> => {
  const { api, onEvent, onAway, pause, isStopped } = options;
  let position = options.after ?? (await newestPosition(api));
  let away = 0;
  while (!isStopped()) {
    try {
      for await (const frame of followed(options, position)) {
        const refusal = refusalOf(frame);
        if (refusal !== undefined) throw refusal;
        if (frame.data !== undefined) onEvent(readAnswer(recordedSeen, JSON.parse(frame.data)));
        position = frame.id === undefined ? position : Number(frame.id);
        away = 0;
        if (isStopped()) return;
      }
      throw new Unreachable('the stream of events ended');
    } catch (error) {
      if (!isAway(error) || away >= AWAY_ATTEMPTS_MAX) throw error;
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
