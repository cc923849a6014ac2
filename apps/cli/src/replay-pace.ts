import { TICK_MS } from '#contracts';
import { type Happening, happeningsOf } from '#domain';
import type { Pace } from '#replay';
import { formatTime } from './figures.js';

/** How a replay is played to somebody who looks on. */
export interface PaceOptions {
  /** The first tick that is decided: its moment is when the replay comes to it or past it. */
  readonly fromTick: number;
  /** So many times as fast as it was. */
  readonly speed: number;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly tell: (text: string) => void;
}

const lineOf = ({ kind, action, about, atMs, text }: Happening): string =>
  `${formatTime(atMs)}  ${kind} ${action}  ${about}: ${text}`;

/**
 * Holds a replay until the moment of a tick, counted from the first that was decided, and then tells what was noticed outside by then. A
 * replay that is slower than that is not held, and a time without records is waited for like any other.
 */
export const createPace = ({ fromTick, speed, nowMs, pause, tell }: PaceOptions): Pace => {
  let beganMs: number | undefined;
  let [decided, told] = [0, 0];
  return async (tick, decisions) => {
    beganMs ??= nowMs();
    const waitMs = beganMs + ((tick - fromTick) * TICK_MS) / speed - nowMs();
    if (waitMs > 0) await pause(waitMs);
    if (decisions.length === decided) return;
    decided = decisions.length;
    const happenings = happeningsOf(decisions);
    for (const happening of happenings.slice(told)) tell(lineOf(happening));
    told = happenings.length;
  };
};
