import type { Mapping, TimeUnit } from '#contracts';
import { readPath, type ReadValue } from './record-path.js';

const US_PER: Readonly<Record<Exclude<TimeUnit, 'rfc3339'>, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

const isUnit = (value: unknown): value is TimeUnit =>
  value === 'rfc3339' || (typeof value === 'string' && Object.hasOwn(US_PER, value));

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(Z|z|[+-]\d\d:\d\d)$/;
/** Text longer than this is no time and no number. */
const CHARACTERS_MAX = 40;
const DECIMAL = /^\d{1,20}(?:\.\d{1,12})?$/;

const rfc3339Us = (text: string): number | undefined => {
  const [, date, time, fraction = '', zone = ''] = RFC3339.exec(text) ?? [];
  if (date === undefined) return undefined;
  const wholeMs = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(wholeMs) ? undefined : wholeMs * 1_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
};

/** A number that is one, or is written as one. */
export const numberOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && value.length <= CHARACTERS_MAX && DECIMAL.test(value) ? Number(value) : undefined;
};

/**
 * Microseconds of a value. Nanoseconds since the epoch are beyond what a number of JSON holds exactly: they come rounded to 256 ns, which
 * moves the microsecond by one at most.
 */
const usOf = (value: unknown, unit: TimeUnit): number | undefined => {
  if (unit === 'rfc3339')
    return typeof value === 'string' && value.length <= CHARACTERS_MAX ? rfc3339Us(value) : undefined;
  const number = numberOf(value);
  if (number === undefined || number < 0) return undefined;
  const us = Math.floor(number * US_PER[unit]);
  return Number.isSafeInteger(us) ? us : undefined;
};

/** Reads µs of a record; undefined when what stands there is no time. */
export type ReadUs = (record: unknown) => number | undefined;

const readUnit = (unit: Mapping['time']['unit']): ((record: unknown) => TimeUnit | undefined) => {
  if (typeof unit === 'string') return () => unit;
  const read = readPath(unit.path);
  return (record) => {
    const word = read(record);
    return isUnit(word) ? word : undefined;
  };
};

/** The reader of a time. */
export const readTime = ({ path, unit }: Mapping['time']): ReadUs => {
  const [read, unitOf] = [readPath(path), readUnit(unit)];
  return (record) => {
    const found = unitOf(record);
    return found === undefined ? undefined : usOf(read(record), found);
  };
};

const readDuration = (read: ReadValue, { unit, none }: NonNullable<Mapping['latency']>): ReadUs => {
  const unitOf = readUnit(unit);
  return (record) => {
    const [value, found] = [read(record), unitOf(record)];
    if (found === undefined || (none !== undefined && numberOf(value) === none)) return undefined;
    return usOf(value, found);
  };
};

/** The reader of a latency; it reads none when the mapping has none. */
export const readLatency = (latency: Mapping['latency']): ReadUs => {
  if (latency === undefined) return () => undefined;
  const { path, from, to, unit } = latency;
  if (path !== undefined) return readDuration(readPath(path), latency);
  if (from === undefined || to === undefined) return () => undefined;
  const [fromUs, toUs] = [readTime({ path: from, unit }), readTime({ path: to, unit })];
  return (record) => {
    const [begin, end] = [fromUs(record), toUs(record)];
    return begin === undefined || end === undefined || end < begin ? undefined : end - begin;
  };
};
