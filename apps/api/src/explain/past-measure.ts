import { type Family, type Rule, SLOT_MS } from '#contracts';
import { type Measure, type Percentile, readLatency, readSuccessRate, type WindowReader } from '#domain';
import type { SegmentRepository } from '#store';
import { figuresOf, sumSegments, type WindowFigures } from '../segment-windows.js';
import type { AskedSubject } from './asked-subject.js';

const FAMILY_OF: Readonly<Partial<Record<AskedSubject['scope'], Family>>> = {
  fleet: 'fleet',
  region: 'region',
  pop: 'pop',
  node: 'node',
  release_region: 'release_region',
  customer: 'customer',
};

const percentileOf = (figures: WindowFigures, q: number): Percentile => {
  const given = q >= 0.99 ? figures.p99 : q >= 0.95 ? figures.p95 : figures.p50;
  return given ?? 'unknown';
};

/** One window as signals read windows; it holds nothing else. */
const readerOf = (figures: WindowFigures): WindowReader => ({
  sum: () => figures,
  percentile: (_family, _key, q) => percentileOf(figures, q),
  eachFailing: () => undefined,
  keys: () => [],
});

/** What a rule reads of a subject at a moment, read again from the segments; undefined for signals that those do not hold. */
export const readPastMeasure = async (
  segments: Pick<SegmentRepository, 'read'>,
  rule: Rule,
  { scope, key }: AskedSubject,
  atMs: number,
): Promise<Measure | undefined> => {
  const family = FAMILY_OF[scope];
  if (family === undefined || !['success_rate', 'failure_rate', 'latency'].includes(rule.signal)) return undefined;
  const slots = rule.windowMs / SLOT_MS;
  const endSlot = Math.floor(atMs / SLOT_MS) - 1;
  const [cells] = await sumSegments(segments, { family, key, fromSlot: endSlot - slots + 1, toSlot: endSlot }, slots);
  if (cells === undefined) return undefined;
  const windows = readerOf(figuresOf(cells, key));
  const place = { family, key, windowMs: rule.windowMs, endSlot };
  if (rule.signal === 'latency') {
    // The bound of a percentile needs ranks that are not kept: the plain value is told.
    const { value, good, bad } = readLatency(windows, place, rule.percentile ?? 0.95);
    return { value, good, bad };
  }
  const measure = readSuccessRate(windows, place);
  const { value, good, bad } = measure;
  if (rule.signal === 'success_rate' || typeof value !== 'number') return measure;
  return { value: 100 - value, good, bad };
};
