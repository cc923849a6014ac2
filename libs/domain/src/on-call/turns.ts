import { type Rotation, WEEKDAYS } from '#contracts';
import { localMs, momentOf } from '../silence/local-time.js';

/** A stretch of time: [fromMs, untilMs). */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A stretch of time that one person serves. */
export interface Turn extends Span {
  readonly person: string;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A local time of a plan, `2026-01-05T09:00`, as clocks show it. */
export const localOf = (text: string): number => Date.parse(`${text}:00Z`);

/** 1970-01-01, day 0, was a Thursday; in `WEEKDAYS` it is the fourth. */
const weekdayOf = (day: number): (typeof WEEKDAYS)[number] => WEEKDAYS[(((day + 3) % 7) + 7) % 7]!;

const shiftMsOf = ({ shiftDays, shiftHours }: Rotation): number =>
  shiftDays === undefined ? (shiftHours ?? 1) * HOUR_MS : shiftDays * DAY_MS;

/**
 * Turns of a rotation that lie in a span, without its hours. A turn begins when the clocks of the zone first show its time, so one
 * that spans a change of them is longer or shorter; one that begins in a skipped hour begins with the skip.
 */
const turnsWithin = (rotation: Rotation, timeZone: string, { fromMs, untilMs }: Span): readonly Turn[] => {
  const [startLocalMs, shiftMs] = [localOf(rotation.startsAt), shiftMsOf(rotation)];
  const startOf = (turn: number): number => momentOf(timeZone, startLocalMs + turn * shiftMs);
  // Where an hour is shown twice, clocks say less than they have shown: then this is a turn too early, never too late.
  const first = Math.floor((localMs(timeZone, fromMs) - startLocalMs) / shiftMs);
  const turns: Turn[] = [];
  for (let turn = Math.max(0, first), start = startOf(turn); start < untilMs; turn += 1) {
    const end = startOf(turn + 1);
    const person = rotation.people[turn % rotation.people.length]!;
    if (end > fromMs && end > start)
      turns.push({ fromMs: Math.max(start, fromMs), untilMs: Math.min(end, untilMs), person });
    start = end;
  }
  return turns;
};

/** About how many turns of a rotation lie in a time: each opening of its hours is one at least. */
export const turnsAhead = (rotation: Rotation, ms: number): number =>
  Math.ceil(ms / shiftMsOf(rotation)) + (rotation.hours === undefined ? 0 : Math.ceil(ms / DAY_MS));

const minutesOf = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
};

/** When a rotation with hours serves, within a span. */
const hoursWithin = (
  { days, from, until }: NonNullable<Rotation['hours']>,
  timeZone: string,
  span: Span,
): readonly Span[] => {
  const [fromMinutes, untilMinutes] = [minutesOf(from), minutesOf(until)];
  const isOvernight = untilMinutes <= fromMinutes;
  const spans: Span[] = [];
  // What began on the day before may still be open.
  const firstDay = Math.floor(localMs(timeZone, span.fromMs) / DAY_MS) - 1;
  for (let day = firstDay; ; day += 1) {
    const fromMs = momentOf(timeZone, day * DAY_MS + fromMinutes * 60_000);
    if (fromMs >= span.untilMs) return spans;
    if (days !== undefined && !days.includes(weekdayOf(day))) continue;
    const untilMs = momentOf(timeZone, (isOvernight ? day + 1 : day) * DAY_MS + untilMinutes * 60_000);
    if (untilMs > span.fromMs && untilMs > fromMs)
      spans.push({ fromMs: Math.max(fromMs, span.fromMs), untilMs: Math.min(untilMs, span.untilMs) });
  }
};

/** Who serves by a rotation of a schedule within a span, in order; times at which it serves not are left out. */
export const turnsOf = (rotation: Rotation, ofSchedule: string, span: Span): readonly Turn[] => {
  const timeZone = rotation.timeZone ?? ofSchedule;
  if (rotation.hours === undefined) return turnsWithin(rotation, timeZone, span);
  return hoursWithin(rotation.hours, timeZone, span).flatMap((open) => turnsWithin(rotation, timeZone, open));
};
