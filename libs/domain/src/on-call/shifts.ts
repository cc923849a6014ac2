import type { Schedule } from '#contracts';
import type { ScheduleOverride } from './schedule-override.js';
import { type Span, turnsOf, type Turn } from './turns.js';

/** What a schedule says of a stretch of time: who is on call, and by which override; nobody is a gap. */
export interface Shift extends Span {
  readonly person?: string | undefined;
  readonly scheduleOverrideId?: string | undefined;
}

/** Turns that do not overlap, in order; those of a higher layer go before. */
type Layer = readonly (Turn & Pick<Shift, 'scheduleOverrideId'>)[];

/** The parts of a shift that no turn of a higher layer takes, and those turns. */
const paint = (below: readonly Shift[], layer: Layer): readonly Shift[] => {
  const painted: Shift[] = [];
  let next = 0;
  for (const shift of below) {
    let fromMs = shift.fromMs;
    while (next < layer.length && layer[next]!.fromMs < shift.untilMs) {
      const turn = layer[next]!;
      if (turn.fromMs > fromMs) painted.push({ ...shift, fromMs, untilMs: turn.fromMs });
      const untilMs = Math.min(turn.untilMs, shift.untilMs);
      const begunMs = Math.max(turn.fromMs, fromMs);
      if (untilMs > begunMs) painted.push({ ...turn, fromMs: begunMs, untilMs });
      fromMs = Math.max(fromMs, untilMs);
      // What goes on in the next shift is painted there too.
      if (turn.untilMs > shift.untilMs) break;
      next += 1;
    }
    if (fromMs < shift.untilMs) painted.push({ ...shift, fromMs });
  }
  return painted;
};

/** Neighbours that say the same are one. */
const merge = (shifts: readonly Shift[]): readonly Shift[] => {
  const merged: Shift[] = [];
  for (const shift of shifts) {
    const last = merged.at(-1);
    const isSame = last?.person === shift.person && last?.scheduleOverrideId === shift.scheduleOverrideId;
    if (last !== undefined && isSame) merged[merged.length - 1] = { ...last, untilMs: shift.untilMs };
    else merged.push(shift);
  }
  return merged;
};

const clip = (span: Span, { fromMs, untilMs }: Span): Span => ({
  fromMs: Math.max(span.fromMs, fromMs),
  untilMs: Math.min(span.untilMs, untilMs),
});

/**
 * Who a schedule names from one moment to another: shifts that follow each other without a hole, those of nobody included. Later
 * rotations go before earlier ones, overrides before all, and of overrides the later one.
 */
export const shiftsOf = (
  { schedule, timeZone, rotations }: Schedule,
  overrides: readonly ScheduleOverride[],
  span: Span,
): readonly Shift[] => {
  if (span.untilMs <= span.fromMs) return [];
  const layers: Layer[] = rotations.map((rotation) => turnsOf(rotation, timeZone, span));
  for (const override of overrides) {
    const within = { ...clip(override, span), person: override.person };
    if (override.schedule === schedule && within.fromMs < within.untilMs)
      layers.push([{ ...within, scheduleOverrideId: override.scheduleOverrideId }]);
  }
  return merge(layers.reduce<readonly Shift[]>(paint, [{ fromMs: span.fromMs, untilMs: span.untilMs }]));
};

/** Who a schedule names at a moment; undefined: nobody. */
export const personAt = (
  schedule: Schedule,
  overrides: readonly ScheduleOverride[],
  atMs: number,
): string | undefined => shiftsOf(schedule, overrides, { fromMs: atMs, untilMs: atMs + 1 })[0]?.person;
