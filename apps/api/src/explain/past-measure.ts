import { type Family, type Rule, SLOT_MS } from '#contracts';
import { type Measure, successPercent } from '#domain';
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

/** Percentiles that figures of a window have; another one is not told as if it were the next. */
const PERCENTILES: Readonly<Record<number, 'p50' | 'p95' | 'p99'>> = { 0.5: 'p50', 0.95: 'p95', 0.99: 'p99' };
const percentileNameOf = ({ percentile = 0.95 }: Rule) => PERCENTILES[percentile];

/** undefined: nothing here says it. */
const measureOf = (rule: Rule, figures: WindowFigures): Measure | undefined => {
  const { good, bad } = figures;
  if (good + bad < Math.max(1, rule.outcomesMin)) return { value: 'unknown', good, bad };
  if (rule.signal === 'latency') {
    // The bound of a percentile needs ranks that are not kept: the plain value is told.
    const name = percentileNameOf(rule);
    if (name === undefined) return undefined;
    const latencyUs = figures[name] ?? 'unknown';
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
