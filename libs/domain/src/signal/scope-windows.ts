import type { Family } from '#contracts';
import type { TickView } from '../rule/tick-view.js';
import type { Percentile, WindowSum } from '../window/window-sum.js';
import type { SignalPlace } from './signal.js';
import { cohortsOf, type SignalSubject } from './signal-subject.js';

/** The cells whose sum is a subject: itself, or the cohorts of a region or a release, or the nodes of a PoP. */
export interface ScopeCells {
  readonly family: Family;
  readonly keys: readonly string[];
}

const known = new WeakMap<TickView, Map<string, ScopeCells>>();

const cellsIn = ({ scope, key }: SignalSubject, view: TickView): ScopeCells => {
  switch (scope) {
    case 'region':
    case 'release':
      return { family: 'release_region', keys: cohortsOf(view.windows.keys('release_region'), { scope, key }) };
    case 'pop':
      return { family: 'node', keys: view.fleet.filter(({ pop }) => pop === key).map(({ nodeId }) => nodeId) };
    case 'fleet':
    case 'node':
    case 'release_region':
    case 'customer':
      return { family: scope, keys: [key] };
  }
};

/** The cells of a subject, found once a tick. */
export const cellsOf = (subject: SignalSubject, view: TickView): ScopeCells => {
  const cells = known.get(view) ?? new Map<string, ScopeCells>();
  known.set(view, cells);
  const id = `${subject.scope}/${subject.key}`;
  const found = cells.get(id) ?? cellsIn(subject, view);
  cells.set(id, found);
  return found;
};

/** The outcomes of a subject in a window. */
export const sumOf = ({ subject, windowMs, endSlot }: Omit<SignalPlace, 'rule'>, view: TickView): WindowSum => {
  const { family, keys } = cellsOf(subject, view);
  const sum = { good: 0, bad: 0, excluded: 0, timeout: 0 };
  for (const key of keys) {
    const each = view.windows.sum(family, key, windowMs, endSlot);
    sum.good += each.good;
    sum.bad += each.bad;
    sum.excluded += each.excluded;
    sum.timeout += each.timeout;
  }
  return sum;
};

/** A latency percentile of cells together, µs. */
export const percentileOfCells = (
  { family, keys }: ScopeCells,
  { windowMs, endSlot }: Pick<SignalPlace, 'windowMs' | 'endSlot'>,
  rank: number,
  view: TickView,
): Percentile => view.windows.percentileOfAll(family, keys, rank, windowMs, endSlot);

/** A latency percentile of a subject in a window, µs; `unknown` of PoPs and nodes, of which no histogram is told. */
export const percentileIn = (place: Omit<SignalPlace, 'rule'>, rank: number, view: TickView): Percentile =>
  percentileOfCells(cellsOf(place.subject, view), place, rank, view);
