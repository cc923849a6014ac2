import type { TapOutcome } from '#domain';
import { LATENCY_NONE, RCODE_NONE } from '#contracts';
import { BATCH_ROWS_MAX, BatchBuilder, type BatchRows } from './batch-builder.js';

const NOW_US = 1_700_000_000_000_000;
const outcome = (changes: Partial<TapOutcome> = {}): TapOutcome => ({
  atUs: NOW_US,
  zone: 'shop.example',
  latencyNs: 1_499,
  outcome: 0,
  qtype: 1,
  rcode: 0,
  transport: 1,
  flags: 4,
  qnameLen: 18,
  ...changes,
});
const build = (...outcomes: TapOutcome[]): BatchRows[] => {
  const batches: BatchRows[] = [];
  const builder = new BatchBuilder(
    () => NOW_US,
    (rows) => batches.push(rows),
  );
  for (const one of outcomes) builder.add(one);
  builder.flush();
  builder.flush();
  return batches;
};

describe('BatchBuilder', () => {
  it('writes columns from the earliest outcome on, whatever the order', () => {
    const [batch] = build(outcome({ atUs: NOW_US - 5 }), outcome({ atUs: NOW_US - 9, zone: 'b.example' }), outcome());
    expect(batch).toMatchObject({ t0Us: NOW_US - 9, n: 3, zones: ['shop.example', 'b.example'] });
    expect([...(batch?.dtUs ?? [])]).toEqual([4, 0, 9]);
    expect([...(batch?.zoneIx ?? [])]).toEqual([0, 1, 0]);
    expect(batch?.latencyUs[0]).toBe(1);
  });

  it('says none where nothing is known', () => {
    const [batch] = build(outcome({ latencyNs: undefined, rcode: undefined }));
    expect(batch?.latencyUs[0]).toBe(LATENCY_NONE);
    expect(batch?.rcode[0]).toBe(RCODE_NONE);
  });

  it('is closed when it is full, or its outcomes are more than 71 minutes apart', () => {
    const full = build(...Array.from({ length: BATCH_ROWS_MAX + 1 }, () => outcome()));
    expect(full.map(({ n }) => n)).toEqual([BATCH_ROWS_MAX, 1]);
    const apart = build(outcome({ atUs: NOW_US - 0x1_0000_0000 }), outcome());
    expect(apart.map(({ n }) => n)).toEqual([1, 1]);
  });

  it('is closed when its zones would not fit', () => {
    const zones = Array.from({ length: 500 }, (_, i) => outcome({ zone: `${'z'.repeat(245)}${i}.x` }));
    expect(build(...zones).map(({ n }) => n).length).toBeGreaterThan(1);
  });

  it('does not let a clock that is ahead make the gateway refuse the rest', () => {
    const [batch] = build(outcome({ atUs: NOW_US + 3_000_000 }), outcome({ atUs: NOW_US + 1_000_000 }));
    expect(batch?.t0Us).toBe(NOW_US);
    expect([...(batch?.dtUs ?? [])]).toEqual([0, 1_000_000]);
  });

  it('hands over nothing when there is nothing', () => {
    expect(build()).toEqual([]);
  });
});
