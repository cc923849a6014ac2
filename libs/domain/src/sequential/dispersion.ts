/** Seconds of one block. Three whole blocks are looked back at. */
const BLOCK_S = 30;
const BLOCKS_USED = 3;
/** Those used, the one that is being filled, and one between them while the newest is not old enough. */
const BLOCKS_KEPT = 5;
/** Seconds by which a block must be over before it is used: a fault that begins must not excuse itself. */
const GAP_S = 10;
/** Of a block: its number, and over its seconds: their count, outcomes, failures, and Σ failures² / outcomes. */
const BLOCK_COLUMNS = 5;
/** Numbers that the dispersion of one cell takes. */
export const DISPERSION_COLUMNS = 5 + BLOCKS_KEPT * BLOCK_COLUMNS;
/** Fewer seconds with outcomes say nothing. */
const SECONDS_MIN = 30;
/** Failing share below which none is believed: what a healthy fleet fails. */
const RATIO_MIN = 0.0005;
/** The evidence is never divided by more: a burst that is a tenth of an outage's size keeps the test from a tenth of its speed. */
export const DISPERSION_MAX = 64;

/** Columns before the blocks: the second that is being counted and its counts, and the dispersion with the block it was made in. */
const AT = { second: 0, good: 1, bad: 2, usedBlock: 3, dispersion: 4, blocks: 5 } as const;

/** Begins a cell that has no past. */
export const resetDispersion = (data: Float64Array, at: number): void => {
  data.fill(0, at, at + DISPERSION_COLUMNS);
  data[at + AT.second] = -1;
  data[at + AT.usedBlock] = -1;
  data[at + AT.dispersion] = 1;
  for (let i = 0; i < BLOCKS_KEPT; i += 1) data[at + AT.blocks + i * BLOCK_COLUMNS] = -1;
};

const closeSecond = (data: Float64Array, at: number): void => {
  const [second, good, bad] = [data[at + AT.second]!, data[at + AT.good]!, data[at + AT.bad]!];
  data[at + AT.good] = data[at + AT.bad] = 0;
  if (good + bad === 0) return;
  const number = Math.floor(second / BLOCK_S);
  const block = at + AT.blocks + (number % BLOCKS_KEPT) * BLOCK_COLUMNS;
  if (data[block] !== number) {
    data.fill(0, block, block + BLOCK_COLUMNS);
    data[block] = number;
  }
  data[block + 1]! += 1;
  data[block + 2]! += good + bad;
  data[block + 3]! += bad;
  data[block + 4]! += (bad * bad) / (good + bad);
};

const estimate = (data: Float64Array, at: number, before: number): number => {
  let [seconds, outcomes, failures, squares] = [0, 0, 0, 0];
  for (let i = 0; i < BLOCKS_KEPT; i += 1) {
    const block = at + AT.blocks + i * BLOCK_COLUMNS;
    const number = data[block]!;
    if (number < before - BLOCKS_USED || number >= before) continue;
    seconds += data[block + 1]!;
    outcomes += data[block + 2]!;
    failures += data[block + 3]!;
    squares += data[block + 4]!;
  }
  if (seconds < SECONDS_MIN) return 1;
  const ratio = Math.max(RATIO_MIN, failures / outcomes);
  const pearson = (squares - (failures * failures) / outcomes) / (ratio * (1 - ratio));
  const perSecond = (ratio * outcomes) / seconds;
  const error = Math.sqrt((2 + 1 / perSecond) / (seconds - 1));
  return Math.min(DISPERSION_MAX, Math.max(1, pearson / (seconds - 1) - error));
};

/**
 * How much more the failures of a cell vary from second to second than independent ones would: Pearson's X² over its degrees of
 * freedom (McCullagh and Nelder, Generalized Linear Models, 1989, §4.5),
 *
 *   φ = Σ (k − n p)² / (n p (1 − p)) / (seconds − 1) − √((2 + 1/μ) / (seconds − 1)),   p = Σk / Σn,  μ = p Σn / seconds
 *
 * less its own standard error for independent failures, so that chance in a small cell slows nothing down; between 1 and 64. It
 * rests on three blocks of 30 s that ended 10 s ago or earlier, and on nothing else, so that a restart finds the same.
 */
export const dispersionAt = (data: Float64Array, at: number, second: number): number => {
  if (data[at + AT.second] !== second) {
    closeSecond(data, at);
    data[at + AT.second] = second;
  }
  const before = Math.floor((second - GAP_S) / BLOCK_S);
  if (data[at + AT.usedBlock] !== before) {
    data[at + AT.usedBlock] = before;
    data[at + AT.dispersion] = estimate(data, at, before);
  }
  return data[at + AT.dispersion]!;
};

/** Counts outcomes of the second that was last asked for. */
export const addToSecond = (data: Float64Array, at: number, good: number, bad: number): void => {
  data[at + AT.good]! += good;
  data[at + AT.bad]! += bad;
};
