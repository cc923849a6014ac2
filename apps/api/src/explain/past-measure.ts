import { type Family, type Rule, type SignalName, SLOT_MS } from '#contracts';
import { type CellTable, type Measure, measureFailures, measureLatency, measureSuccess, SIGNALS } from '#domain';
import { figuresOf, percentileOfKey, type SegmentRepository, sumSegments } from '#store';
import type { AskedSubject } from './asked-subject.js';

const FAMILY_OF: Readonly<Partial<Record<AskedSubject['scope'], Family>>> = {
  fleet: 'fleet',
  region: 'region',
  pop: 'pop',
  node: 'node',
  release_region: 'release_region',
  customer: 'customer',
};

type Read = (rule: Rule, cells: CellTable, key: string) => Measure;

/** By the functions of the rules themselves: with the bound that a breach is judged by. */
const READ: Readonly<Partial<Record<SignalName, Read>>> = {
  success_rate: (rule, cells, key) => measureSuccess(rule, figuresOf(cells, key)),
  failure_rate: (rule, cells, key) => measureFailures(rule, figuresOf(cells, key)),
  latency: (rule, cells, key) =>
    measureLatency(rule, figuresOf(cells, key), (rank) => percentileOfKey(cells, key, rank)),
};

/** Why a value of the past cannot be told. */
export interface Unreadable {
  readonly unreadable: string;
}

const howToRead = ({ signal }: Rule, scope: AskedSubject['scope']): { family: Family; read: Read } | Unreadable => {
  const [read, family] = [READ[signal], FAMILY_OF[scope]];
  if (signal === 'burn_rate')
    return { unreadable: 'burn_rate is read of minutes that the rules keep, not of segments' };
  if (read === undefined) return { unreadable: `${signal} is not held in the segments` };
  if (!SIGNALS[signal].scopes.includes(scope))
    return { unreadable: `${signal} of a ${scope} is not told to the rules` };
  if (family === undefined)
    return {
      unreadable: `the segments have no cells of a ${scope}, but of each of its regions: ask for release|region`,
    };
  return { family, read };
};

/** What a rule reads of a subject at a moment over one of its windows, read again from the segments. */
export const readPastMeasure = async (
  segments: Pick<SegmentRepository, 'read'>,
  rule: Rule,
  { scope, key }: AskedSubject,
  { atMs, windowMs }: { readonly atMs: number; readonly windowMs: number },
): Promise<Measure | Unreadable> => {
  const how = howToRead(rule, scope);
  if ('unreadable' in how) return how;
  const slots = windowMs / SLOT_MS;
  const endSlot = Math.floor(atMs / SLOT_MS) - 1;
  const range = { family: how.family, key, fromSlot: endSlot - slots + 1, toSlot: endSlot };
  const [cells] = await sumSegments(segments, range, slots);
  if (cells === undefined) throw new Error(`sum ${how.family}: a window without a step`);
  return how.read(rule, cells, key);
};
