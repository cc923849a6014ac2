import { releaseName } from '#contracts';
import { Z_999 } from '../impact/wilson.js';
import { successPercent } from '../signal/success-rate.js';
import { carries, type Change, isBesides } from './change.js';
import { compareStrata, type StratifiedDifference, type Stratum, type Tally } from './stratified.js';

/** Over how long a release is compared with its control: long enough for a sample, short enough to show a fault of seconds. */
export const JUDGE_WINDOW_MS = 10_000;
/** A release is to blame when it is worse than its control by at least 5 percentage points (RAIL-2). */
export const EFFECT_MIN = 5;
/** A control below this many outcomes is no control: its own success would be known to no better than a point. */
const CONTROL_OUTCOMES_MIN = 100;
/** PoPs are compared each by itself where they hold half of the outcomes of those that have the change; otherwise whole regions. */
const POP_SHARE_MIN = 0.5;

/** A release explains a fault of which it brings a quarter: what fails nearly as much without it has another cause. */
const EXPLAINED_MIN = 0.25;

/** A release is cleared by places that hold nearly all of what fails with it: where it alone stands nothing clears it. */
const CLEARED_SHARE_MIN = 0.9;

/** What the nodes of one PoP that run the same answered over the last ten seconds; of a node that it answered on its release only. */
export interface BlameCell extends Tally {
  readonly pop: string;
  readonly region: string;
  readonly release: string;
}

/** What has a change beside what has not, in the same places and with the same other changes. */
export interface Comparison {
  readonly release: string;
  /** Success, per cent; undefined when there is nothing to say it from. */
  readonly success: number | undefined;
  readonly control: number | undefined;
  /** Percentage points by which the release is worse. */
  readonly effect: number | undefined;
  /** Whether the difference is significant at p < 0.001, one-sided, and a quarter of what fails with it. */
  readonly isSignificant: boolean;
  /** Whether even the most by which it may be worse, at p < 0.001, is less than what is blamed, where nearly all of what fails with it was compared. */
  readonly isCleared: boolean;
  /** In how many places, alike in everything else, both were compared. */
  readonly strata: number;
}

/** A change with what speaks for or against it. */
export interface JudgedChange {
  readonly change: Change;
  readonly comparison: Comparison;
  /** It explains the fault, or the part of it that no other does. */
  readonly isBlamed: boolean;
}

/** Whether a comparison blames the release. */
export const isToBlame = ({ effect, isSignificant }: Comparison): boolean =>
  effect !== undefined && effect >= EFFECT_MIN && isSignificant;

const NOTHING: Tally = { good: 0, bad: 0 };
const plus = (a: Tally, { good, bad }: Tally): Tally => ({ good: a.good + good, bad: a.bad + bad });
const count = ({ good, bad }: Tally): number => good + bad;
const total = (tallies: readonly Tally[]): Tally => tallies.reduce(plus, NOTHING);

const strataBy = (
  cells: readonly BlameCell[],
  keyOf: (cell: BlameCell) => string,
  has: (cell: BlameCell) => boolean,
): readonly Stratum[] => {
  const strata = new Map<string, Stratum>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const stratum = strata.get(key) ?? { having: NOTHING, lacking: NOTHING };
    strata.set(
      key,
      has(cell)
        ? { ...stratum, having: plus(stratum.having, cell) }
        : { ...stratum, lacking: plus(stratum.lacking, cell) },
    );
  }
  return [...strata.values()].filter(({ having, lacking }) => count(having) > 0 && count(lacking) > 0);
};

/** What a comparison rests on: places that hold both, and how they differ; undefined with too little control. */
interface Compared {
  readonly strata: readonly Stratum[];
  readonly control: Tally;
  readonly difference: StratifiedDifference;
}

const compared = (strata: readonly Stratum[]): Compared | undefined => {
  const control = total(strata.map(({ lacking }) => lacking));
  const difference = count(control) < CONTROL_OUTCOMES_MIN ? undefined : compareStrata(strata);
  return difference && { strata, control, difference };
};

/** Whether a difference is no chance, and no small part of what fails. */
const isMarked = ({ points, z }: StratifiedDifference, { good, bad }: Tally): boolean =>
  points > 0 && z > Z_999 && points >= EXPLAINED_MIN * ((100 * bad) / (good + bad));

/**
 * A difference that is at most, no chance left, below what `isToBlame` asks for. Of a handful of outcomes nothing is known, and nothing
 * of a fault by places that hold little of it.
 */
const isCleared = ({ strata, difference: { points, error } }: Compared, own: Tally): boolean => {
  const seen = total(strata.map(({ having }) => having));
  const most = Math.max(EFFECT_MIN, (EXPLAINED_MIN * 100 * seen.bad) / count(seen));
  return (
    count(seen) >= CONTROL_OUTCOMES_MIN && seen.bad >= CLEARED_SHARE_MIN * own.bad && points + Z_999 * error < most
  );
};

/** The PoP where most of what fails is; undefined when all of it is in one. */
const worstPop = (own: readonly BlameCell[]): string | undefined => {
  const byPop = new Map<string, number>();
  for (const { pop, bad } of own) byPop.set(pop, (byPop.get(pop) ?? 0) + bad);
  return byPop.size < 2 ? undefined : [...byPop].toSorted(([, a], [, b]) => b - a)[0]?.[0];
};

type Has = (cell: BlameCell) => boolean;
type ContextOf = (cell: BlameCell) => string;

/**
 * Whole regions, for want of PoPs that hold both. The fault of a PoP is none of a release that has many nodes there: it must show in the
 * other PoPs too, and what PoPs can tell by themselves must not contradict it.
 */
const compareRegions = (
  cells: readonly BlameCell[],
  has: Has,
  contextOf: ContextOf,
  ofPops: Compared | undefined,
): Compared | undefined => {
  const keyOf: ContextOf = (cell) => `${cell.region}|${contextOf(cell)}`;
  const all = compared(strataBy(cells, keyOf, has));
  const worst = worstPop(cells.filter(has));
  const others = worst === undefined ? undefined : cells.filter(({ pop }) => pop !== worst);
  const elsewhere = others && compared(strataBy(others, keyOf, has));
  const isContradicted = [ofPops, elsewhere].some((each) => each && each.difference.points < EFFECT_MIN);
  return all && isContradicted ? { ...all, difference: { ...all.difference, z: 0 } } : all;
};

/** Compares what has something with what has it not, within each place and each context. */
export const compareCells = (
  release: string,
  cells: readonly BlameCell[],
  has: Has,
  contextOf: ContextOf = () => '',
): Comparison => {
  const own = total(cells.filter(has));
  const byPop = strataBy(cells, (cell) => `${cell.region}|${cell.pop}|${contextOf(cell)}`, has);
  const inPops = total(byPop.map(({ having }) => having));
  const ofPops = compared(byPop);
  const isByPop = ofPops !== undefined && count(inPops) >= POP_SHARE_MIN * count(own);
  const found = isByPop ? ofPops : compareRegions(cells, has, contextOf, ofPops);
  return {
    release,
    success: count(own) > 0 ? successPercent(own.good, own.bad) : undefined,
    control: found && successPercent(found.control.good, found.control.bad),
    effect: found?.difference.points,
    isSignificant: found !== undefined && isMarked(found.difference, own),
    isCleared: found !== undefined && isCleared(found, own),
    strata: found?.strata.length ?? 0,
  };
};

/** A release, as telemetry names it, beside everything else in the same PoPs or regions. */
export const compareRelease = (release: string, cells: readonly BlameCell[]): Comparison =>
  compareCells(release, cells, (cell) => cell.release === release);

/** A change against nodes that are alike in every other change that they can have beside it. */
const judge = (change: Change, changes: readonly Change[], cells: readonly BlameCell[]): JudgedChange => {
  const besides = changes.filter((other) => isBesides(change, other));
  const contexts = new Map<string, string>();
  const contextOf = ({ release }: BlameCell): string => {
    const context = contexts.get(release) ?? besides.map((other) => (carries(other, release) ? 1 : 0)).join('');
    contexts.set(release, context);
    return context;
  };
  const compare = (each: Change): Comparison =>
    compareCells(releaseName(each.rollout.release), cells, ({ release }) => carries(each, release), contextOf);
  const comparison = compare(change);
  if (comparison.control !== undefined || change.part === 'both') return { change, comparison, isBlamed: false };
  // Everybody has this part of it: what is left to blame is that it came together with the rest of its release.
  const whole: Change = { ...change, part: 'both' };
  const ofWhole = compare(whole);
  return ofWhole.control === undefined
    ? { change, comparison, isBlamed: false }
    : { change: whole, comparison: ofWhole, isBlamed: false };
};

/** The worst; of equals the first. */
const worst = (judged: readonly JudgedChange[]): JudgedChange | undefined =>
  judged
    .filter(({ comparison }) => isToBlame(comparison))
    .toSorted((a, b) => (b.comparison.effect ?? 0) - (a.comparison.effect ?? 0))[0];

/**
 * Which of several changes explains a fault (B20): the one whose nodes fail more than nodes that are alike in everything but it: in the
 * same PoP or region, and with the same of the other changes that a node can have beside it. Where one is found its nodes are put aside, and
 * the others are judged by what is left: what only seemed to fail because its nodes had the first as well does so no more, and what
 * fails by itself still does. Two changes that only ever come together cannot be told apart: then neither is blamed. None is blamed
 * for what fails alike without it: the network, a customer, everything.
 */
export const judgeChanges = (changes: readonly Change[], cells: readonly BlameCell[]): readonly JudgedChange[] => {
  const blamed: JudgedChange[] = [];
  let [left, rest] = [changes, cells];
  for (;;) {
    const others = left;
    const cellsLeft = rest;
    const judged = left.map((change) => judge(change, others, cellsLeft));
    const found = worst(judged);
    if (found === undefined) return [...blamed, ...judged];
    blamed.push({ ...found, isBlamed: true });
    left = left.filter(({ rollout }) => rollout !== found.change.rollout);
    rest = rest.filter(({ release }) => !carries(found.change, release));
  }
};
