import { SLOT_MS } from '#contracts';
import { customerKeys } from '../impact/customer-keys.js';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { NodePresence } from '../rule/presence.js';
import { tickEndMs } from '../rule/tick-view.js';
import type { WindowReader } from '../signal/window-reader.js';
import { type Gate, isArmed, type Measured } from './gate.js';
import { type ArmedGate, firstSlotOf } from './gate.decide.js';
import { GateSums } from './gate-sums.js';
import { carriedBy } from './gate-tests.js';
import { readStrata } from './strata.js';

/**
 * Most rollouts whose gates are measured at a time: a fleet rolls out some services at once, and watches each for a day. Beyond it those
 * that were promoted longest ago are not measured, and promote or stop nothing more; the rules still judge their releases.
 */
export const GATES_MAX = 32;
/**
 * A slot is counted a second after it is over. Agents post four times a second and a tick of the log is a quarter, so by then its outcomes
 * are there; what comes later is not counted, so that a node that lags holds nothing up. Nodes of which everything is late bring nothing, and
 * nothing is promoted without outcomes.
 */
export const SETTLE_MS = 1_000;
/** Slots that are counted at once, after a time in which nothing was decided: as far as windows are read again. */
const SLOTS_AT_ONCE_MAX = 330;

/**
 * Seconds over which the failing share of a customer is taken: the fewer customers, the shorter, since each span of each is one piece of
 * evidence, and 2,300 are needed to promote. A minute of 10,000 customers is read in some ms.
 */
const SPANS = [
  { upToCustomers: 100, spanS: 1 },
  { upToCustomers: 1_000, spanS: 10 },
  { upToCustomers: Infinity, spanS: 60 },
] as const;

/** Seconds over which the failing share of each of so many customers is taken. */
export const spanOf = (customers: number): number =>
  SPANS.find(({ upToCustomers }) => customers <= upToCustomers)?.spanS ?? 60;

/** The last slot that is counted by a tick. */
const settledSlot = (tick: number): number => Math.floor((tickEndMs(tick) - SETTLE_MS) / SLOT_MS) - 1;

/** What gates are counted from. */
export interface FoldedFleet {
  readonly windows: WindowReader;
  readonly nodesAt: (tick: number) => readonly NodePresence[];
  readonly releasesAt: (tick: number) => ReadonlySet<string>;
  readonly customers: readonly CatalogueCustomer[];
}

const PHASES: readonly Gate['phase'][] = ['baking', 'approval', 'watch'];
const known = new WeakMap<ReadonlyMap<string, Gate>, readonly ArmedGate[]>();

const isArmedGate = (gate: Gate): gate is ArmedGate => isArmed(gate);

/** The gates that are measured: those of stages before those that are only watched, the newest first. */
export const armedGates = (gates: ReadonlyMap<string, Gate>): readonly ArmedGate[] => {
  const found = known.get(gates);
  if (found !== undefined) return found;
  const armed = [...gates.values()]
    .filter(isArmedGate)
    .toSorted((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || b.sinceMs - a.sinceMs)
    .slice(0, GATES_MAX);
  known.set(gates, armed);
  return armed;
};

interface Folded {
  readonly stage: string;
  readonly sums: GateSums;
}

const stageKey = ({ stage, sinceMs }: Gate): string => `${stage}|${sinceMs}`;

/**
 * The tests of all gates, slot by slot. What was recorded of a stage is gone on from: slots up to it are skipped, so ticks that are applied
 * again after a restart leave what live ones left. Nothing in here decides, and nothing of it is lost with the process.
 */
export class GateFolds {
  private readonly folded = new Map<string, Folded>();

  /** Counts the slots that are old enough at a tick, once all of its parts are known. */
  fold(gates: ReadonlyMap<string, Gate>, tick: number, fleet: FoldedFleet): void {
    if (gates.size === 0 && this.folded.size === 0) return;
    const armed = armedGates(gates);
    const ids = new Set(armed.map(({ rolloutId }) => rolloutId));
    for (const rolloutId of this.folded.keys()) if (!ids.has(rolloutId)) this.folded.delete(rolloutId);
    for (const gate of armed) this.foldGate(gate, tick, fleet);
  }

  /** What is counted of the stage that a gate is in; undefined before it is known what it is judged by. */
  sumsOf(gate: Gate): GateSums | undefined {
    const found = this.folded.get(gate.rolloutId);
    return found?.stage === stageKey(gate) ? found.sums : undefined;
  }

  private foldGate(gate: ArmedGate, tick: number, fleet: FoldedFleet): void {
    const { judgedBy, measured } = gate;
    if (judgedBy === undefined || measured === undefined) return;
    const sums = this.sumsFrom(gate, measured, judgedBy.gate);
    const settled = settledSlot(tick);
    for (let slot = Math.max(sums.throughSlot + 1, settled - SLOTS_AT_ONCE_MAX); slot <= settled; slot += 1) {
      sums.addSlot(slot, readStrata(gate, fleet.nodesAt(tick), fleet.windows, slot, tickEndMs(tick)));
      if (judgedBy.gate.customerFailing !== undefined) addCustomers(gate, sums, { slot, tick, fleet });
    }
  }

  private sumsFrom(gate: ArmedGate, measured: Measured, settings: NonNullable<Gate['judgedBy']>['gate']): GateSums {
    const found = this.sumsOf(gate);
    // Another process may have come further.
    if (found !== undefined && found.throughSlot >= measured.throughSlot) return found;
    const sums = new GateSums(settings, carriedBy(measured));
    this.folded.set(gate.rolloutId, { stage: stageKey(gate), sums });
    return sums;
  }
}

interface Span {
  readonly slot: number;
  readonly tick: number;
  readonly fleet: FoldedFleet;
}

const addCustomers = (gate: ArmedGate, sums: GateSums, { slot, tick, fleet }: Span): void => {
  const { customers, windows } = fleet;
  const spanS = spanOf(customers.length);
  if ((slot + 1) % spanS !== 0 || slot - spanS + 1 < firstSlotOf(gate)) return;
  const others = [...fleet.releasesAt(tick)].filter((release) => release !== gate.release);
  const otherKeys = others.map((release) => customerKeys(customers, release));
  const sumOf = (keys: readonly string[]) => sumOfAll(windows, keys, spanS * SLOT_MS, slot);
  // Most fail nothing, with the release and without it: they are alike.
  let [well, wellAlone] = [0, 0];
  customerKeys(customers, gate.release).forEach((key, index) => {
    const own = sumOf([key]);
    if (own.count === 0) return;
    const other = sumOf(otherKeys.map((keys) => keys[index]!));
    if (own.bad + other.bad > 0)
      sums.addCustomers(own.bad / own.count, other.count === 0 ? undefined : other.bad / other.count);
    else if (other.count === 0) wellAlone += 1;
    else well += 1;
  });
  sums.addCustomers(0, 0, well);
  sums.addCustomers(0, undefined, wellAlone);
  sums.endSpan();
};

const sumOfAll = (windows: WindowReader, keys: readonly string[], windowMs: number, slot: number) => {
  let [count, bad] = [0, 0];
  for (const key of keys) {
    const sum = windows.sum('customer_release', key, windowMs, slot);
    count += sum.good + sum.bad;
    bad += sum.bad;
  }
  return { count, bad };
};
