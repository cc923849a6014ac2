import fc from 'fast-check';
import { isRefusal } from '#contracts';
import { Baseline } from './baseline.js';
import { type BaselinePool, decodePool, encodePool } from './baseline-pool.js';
import { CustomerBaselines } from './customer-baselines.js';
import { KeptPools } from './kept-pools.js';

const IDS = ['bank', 'shop', 'ünter', 'air|line'];
const FIRST_MINUTE = 27_112_000;

/** A minute of the fleet and its customers, so long after the one before. */
interface Step {
  readonly after: number;
  readonly isExcluded: boolean;
  readonly listed: readonly string[];
  readonly answered: readonly (readonly [good: number, bad: number])[];
}

const counts = fc.tuple(fc.oneof(fc.nat(300), fc.nat(2_000_000)), fc.nat(200));
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    after: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.integer({ min: 7, max: 300 })),
    isExcluded: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    listed: fc.oneof({ weight: 4, arbitrary: fc.constant(IDS) }, fc.subarray(IDS)),
    answered: fc.tuple(counts, counts, counts, counts),
  }),
  { minLength: 24, maxLength: 40 },
);

/** What decides, and what a database would hold of it. */
class Memory {
  private readonly fleet = new Baseline();
  private readonly customers = new CustomerBaselines();
  private readonly pools = new KeptPools(this.fleet, this.customers);

  constructor(readonly kept = new Map<number, Uint8Array>()) {
    const read = [...kept].toSorted(([a], [b]) => a - b).map(([pool, body]) => decodePool(pool, body));
    this.pools.restore(read.filter((each): each is BaselinePool => !isRefusal(each)));
  }

  take(minute: number, { isExcluded, listed, answered }: Step): void {
    const before = this.fleet.newest;
    this.customers.setCustomers(listed.map((id) => ({ customerId: id, name: id, tier: 'tier1', critical: false })));
    this.fleet.record({ minute, good: 1_000 * answered[0]![0], bad: answered[0]![1] });
    if (!isExcluded && this.customers.begin(minute))
      listed.forEach((id) => this.customers.add(id, minute, ...answered[IDS.indexOf(id)]!));
    const { pools, held } = this.pools.after(before);
    for (const each of pools) this.kept.set(each.pool, encodePool(each));
    for (const pool of this.kept.keys()) if (!held.includes(pool)) this.kept.delete(pool);
  }

  /** What is normal for everybody. */
  read(now: number): readonly unknown[] {
    return [this.fleet.ratioAt(now, () => false), ...IDS.map((id) => this.customers.ratioOf(id))];
  }
}

/** What is normal after each minute; whoever decides is killed after those that are told. */
const lived = (told: readonly Step[], isKilledAfter: (index: number) => boolean) => {
  let [memory, minute] = [new Memory(), FIRST_MINUTE];
  const ratios: (readonly unknown[])[] = [];
  let rowsMax = 0;
  told.forEach((step, index) => {
    minute += step.after;
    memory.take(minute, step);
    rowsMax = Math.max(rowsMax, memory.kept.size);
    if (isKilledAfter(index)) memory = new Memory(memory.kept);
    ratios.push(memory.read(minute + 2));
  });
  return { ratios, rowsMax };
};

describe('pools of the baselines that are kept', () => {
  it('C7: a restart after any minute, or after each of them, changes no baseline, and 38 rows are enough', () => {
    fc.assert(
      fc.property(steps, fc.nat(39), (told, killedAfter) => {
        const { ratios } = lived(told, () => false);
        expect(lived(told, (index) => index === killedAfter % told.length).ratios).toEqual(ratios);
        const often = lived(told, () => true);
        expect(often.ratios).toEqual(ratios);
        expect(often.rowsMax).toBeLessThanOrEqual(38);
      }),
      { numRuns: 25 },
    );
  });

  it('learns baselines in such stories', () => {
    const step: Step = {
      after: 3,
      isExcluded: false,
      listed: IDS,
      answered: [
        [990, 10],
        [9_000, 90],
        [0, 0],
        [90, 0],
      ],
    };
    const { ratios } = lived(Array<Step>(40).fill(step), (index) => index === 30);
    expect(ratios.at(-1)).toEqual([0.0005, 0.01, 0.009900990099009901, 'unknown', 0.0005]);
  });

  it('bytes that are no pool, or of a later version, are refused', () => {
    const pool = {
      pool: 7,
      fleet: [{ minute: 71, good: 2, bad: 1 }],
      customers: [{ customerId: 'bank', good: 2, bad: 1 }],
    };
    const bytes = encodePool(pool);
    expect(decodePool(7, bytes)).toEqual(pool);
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodePool(7, bytes.slice(0, length))).toMatchObject({ refused: 'BODY_UNPARSABLE' });
    expect(decodePool(7, Uint8Array.of(...bytes, 0))).toMatchObject({
      detail: expect.stringContaining('after the end'),
    });
    expect(decodePool(7, Uint8Array.of(2, ...bytes.slice(1)))).toMatchObject({
      detail: expect.stringContaining('version 2: expected 1'),
    });
  });
});
