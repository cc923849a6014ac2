import type { Range } from './range.js';

/** A time cut into pieces of at most `mostMs`, the earliest first; each begins where the one before ends. */
export const piecesOf = ({ from, to }: Range, mostMs: number): readonly Range[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / mostMs)) }, (_, piece) => ({
    from: from + piece * mostMs,
    to: Math.min(to, from + (piece + 1) * mostMs),
  }));

/** The newest part of a time, of at most `mostMs`, in whole steps: what the API is asked for. */
export const newestOf = ({ from, to }: Range, mostMs: number, stepMs: number): Range => {
  const end = Math.floor(to / stepMs) * stepMs;
  const begin = Math.floor(from / stepMs) * stepMs;
  return { from: Math.max(begin, end - Math.floor(mostMs / stepMs) * stepMs), to: end };
};
