import { type Family, type Rule, ruleOf, type SignalName } from '#contracts';
import type { AffectedReader } from '../impact/affected.js';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { TickView } from '../rule/tick-view.js';
import type { WindowSum } from '../window/window-sum.js';
import type { Measure } from './measure.js';
import { SignalMemory } from './signal-memory.js';
import { readSignal } from './signals.js';
import type { SignalPlace } from './signal.js';
import type { WindowReader } from './window-reader.js';

/** Counts of cells, whatever the window. */
export type FixedCells = Partial<Record<Family, Readonly<Record<string, Partial<WindowSum>>>>>;

/** Windows that hold the same counts at any time. */
export const fixedWindows = (cells: FixedCells, percentile: WindowReader['percentileOfAll']): WindowReader => {
  const sum = (family: Family, key: string): WindowSum => {
    return { good: 0, bad: 0, excluded: 0, timeout: 0, ...cells[family]?.[key] };
  };
  return {
    sum,
    eachFailing: (family, keys, { badMin }, visit) =>
      keys.forEach((key, index) => {
        const { good, bad } = sum(family, key);
        if (bad >= badMin) visit(index, good, bad);
      }),
    percentile: (family, key, q, windowMs, endSlot) => percentile(family, [key], q, windowMs, endSlot),
    percentileOfAll: percentile,
    keys: (family) => Object.keys(cells[family] ?? {}),
  };
};

/** What a view of the tests is made of; everything else of it is not asked for by the signal under test. */
export interface SignalViewParts extends Partial<Omit<TickView, 'windows'>> {
  readonly cells?: FixedCells;
  readonly percentile?: WindowReader['percentileOfAll'];
  readonly customers?: readonly CatalogueCustomer[];
}

/** The slot with which the windows of the tests end. */
export const END_SLOT = 1_626_955_200;

/** A view of given counts. */
export const signalView = ({ cells = {}, percentile = () => 45_000, ...rest }: SignalViewParts): TickView => {
  const parts: Partial<TickView> = {
    tick: 4 * (END_SLOT + 1) - 1,
    at: (END_SLOT + 1) * 1_000,
    endSlot: END_SLOT,
    windows: fixedWindows(cells, percentile),
    memory: new SignalMemory(),
    customers: [],
    baseline: 'unknown',
    fleet: [],
    nodes: [],
    escalations: new Map(),
    moved: { nodes: new Set(), perSTo: () => 0 },
    affected: {} as AffectedReader,
    ...rest,
  };
  return parts as TickView;
};

/** Reads a signal of the fleet, unless another subject is given, over a minute. */
export const readFixed = (
  signal: SignalName,
  view: TickView,
  rule: Partial<Rule> = {},
  subject: SignalPlace['subject'] = { scope: 'fleet', key: 'fleet' },
): Measure =>
  readSignal(
    {
      rule: {
        ...ruleOf({ name: 'r', signal, comparison: 'above', threshold: 1, windowMs: 60_000, severity: 'warning' }),
        ...rule,
      },
      subject,
      windowMs: rule.windowMs ?? 60_000,
      endSlot: view.endSlot,
    },
    view,
  );
