import { type Family, type Rule, SLOT_MS } from '#contracts';
import { type Measure, type Percentile, successPercent } from '#domain';
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

const measureOf = (rule: Rule, figures: WindowFigures): Measure => {
  const { good, bad } = figures;
  if (good + bad < Math.max(1, rule.outcomesMin)) return { value: 'unknown', good, bad };
  if (rule.signal === 'latency') {
    // The bound of a percentile needs ranks that are not kept: the plain value is told.
    const latencyUs = percentileOf(figures, rule.percentile ?? 0.95);
    return { value: typeof latencyUs === 'number' ? latencyUs / 1_000 : latencyUs, good, bad };
  }
  const success = successPercent(good, bad);
  return { value: rule.signal === 'success_rate' ? success : 100 - success, good, bad };
};

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
  return measureOf(rule, figuresOf(cells, key));
};
