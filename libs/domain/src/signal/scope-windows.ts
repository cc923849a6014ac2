import { type Family, KEY_SEPARATOR } from '#contracts';
import type { TickView } from '../rule/tick-view.js';
import type { Percentile, WindowSum } from '../window/window-sum.js';
import type { SignalPlace } from './signal.js';

/** The cells whose sum is a subject: itself, or the cohorts of a region or a release, or the nodes of a PoP. */
export interface ScopeCells {
  readonly family: Family;
  readonly keys: readonly string[];
}

type Subject = SignalPlace['subject'];

const known = new WeakMap<TickView, Map<string, ScopeCells>>();

const cellsIn = ({ scope, key }: Subject, view: TickView): ScopeCells => {
  switch (scope) {
    case 'region':
    case 'release': {
      const keys = [...view.windows.keys('release_region')].filter((cohort) => {
        const at = cohort.indexOf(KEY_SEPARATOR);
        return at >= 0 && (scope === 'region' ? cohort.slice(at + 1) : cohort.slice(0, at)) === key;
      });
      return { family: 'release_region', keys };
    }
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
export const cellsOf = (subject: Subject, view: TickView): ScopeCells => {
  const cells = known.get(view) ?? new Map<string, ScopeCells>();
  known.set(view, cells);
  const id = `${subject.scope}/${subject.key}`;
  const found = cells.get(id) ?? cellsIn(subject, view);
  cells.set(id, found);
  return found;
};

/** The outcomes of a subject in a window. */
export const sumOf = ({ subject, windowMs, endSlot }: SignalPlace, view: TickView): WindowSum => {
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

/** A latency percentile of a subject in a window, µs. */
export const percentileIn = ({ subject, windowMs, endSlot }: SignalPlace, rank: number, view: TickView): Percentile => {
  const { family, keys } = cellsOf(subject, view);
  return view.windows.percentileOfAll(family, keys, rank, windowMs, endSlot);
};
