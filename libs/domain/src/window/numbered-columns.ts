import { type Family, KEY_SEPARATOR, OTHER_KEY } from '#contracts';
import type { ByteCounts } from './byte-counts.js';
import { bucketsOf } from './cell-table.js';
import type { CellColumns } from './cells.js';
import { BEYOND } from './count-columns.js';
import type { Names } from './names.js';

/** Keys by the numbers of their parts. */
export interface KeyParts {
  /** Left parts. */
  readonly names: Names;
  /** Row → number of the left part. */
  readonly lefts: Int32Array;
  /** Right parts. */
  readonly labels: Names;
  /** Row → number of the right part, `BEYOND` where the whole key is `OTHER_KEY`; undefined where keys have one part. */
  readonly rights: Int32Array | undefined;
}

/** Histograms that lie elsewhere, by row. */
export interface Histograms {
  readonly counts: ByteCounts;
  /** Row → index of its first bucket. */
  readonly startOf: (row: number) => number;
}

/** Cells whose keys are known by number; the text of keys is made when somebody asks for it. */
export class NumberedColumns implements CellColumns {
  readonly size: number;
  private texts: readonly string[] | undefined;

  constructor(
    readonly family: Family,
    readonly parts: KeyParts,
    readonly counts: Uint32Array,
    readonly histograms?: Histograms,
  ) {
    this.size = parts.lefts.length;
  }

  /** Made when somebody asks for them. */
  get buckets(): Uint32Array | undefined {
    const { histograms, size } = this;
    const width = bucketsOf(this.family);
    if (histograms === undefined) return undefined;
    const buckets = new Uint32Array(size * width);
    for (let row = 0; row < size; row += 1)
      histograms.counts.unfold(histograms.startOf(row), width, buckets, row * width);
    return buckets;
  }

  get keys(): readonly string[] {
    this.texts ??= Array.from(this.parts.lefts, (_unused, row) => keyAt(this.parts, row));
    return this.texts;
  }
}

const keyAt = ({ names, lefts, labels, rights }: KeyParts, row: number): string => {
  const left = names.texts[lefts[row]!]!;
  if (rights === undefined) return left;
  const right = rights[row]!;
  return right === BEYOND ? OTHER_KEY : `${left}${KEY_SEPARATOR}${labels.texts[right]}`;
};
