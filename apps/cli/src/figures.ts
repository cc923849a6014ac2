import { durationWords } from '#domain';

/** `99.95 %`, `unknown` where there is no traffic. */
export const formatPercent = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : `${value.toFixed(2)} %`;

/** Microseconds as `15 ms`; a percentile may be a timeout or unknown. */
export const formatLatency = (value: number | string | null | undefined): string => {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'string') return value;
  const ms = value / 1_000;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')} ms`;
};

/** `$675,000` */
export const formatDollars = (dollars: number): string => `$${Math.round(dollars).toLocaleString('en-US')}`;

/** `2021-07-22 11:47:03` UTC. */
export const formatTime = (atMs: number | null | undefined): string =>
  atMs === null || atMs === undefined ? '-' : new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

/** `1,350`. */
export const formatCount = (value: number): string => value.toLocaleString('en-US');

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export const formatDuration = (ms: number): string => durationWords(ms, 'second');
