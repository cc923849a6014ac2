import type { TapOutcome } from '#domain';
import { LATENCY_NONE, RCODE_NONE } from '#contracts';
import { BATCH_ROWS_MAX, BatchBuilder, type BatchRows, type IdOfZone } from './batch-builder.js';

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
const build = (...outcomes: TapOutcome[]): BatchRows[] => buildWith(() => undefined, ...outcomes);
const buildWith = (idOf: IdOfZone, ...outcomes: TapOutcome[]): BatchRows[] => {
  const batches: BatchRows[] = [];
  const builder = new BatchBuilder(
    () => NOW_US,
    (rows) => batches.push(rows),
    idOf,
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

describe('zones of a batch', () => {
  /** `z7.example` has the id 7,000; other zones have none. */
  const idOf = (zone: string): number | undefined => {
    const [, number] = /^z(\d+)\.example$/.exec(zone) ?? [];
    return number === undefined ? undefined : 1_000 * Number(number);
  };
  /** Outcomes told apart by their qtype. */
  const of = (...zones: string[]): TapOutcome[] => zones.map((zone, index) => outcome({ zone, qtype: index }));
  const known = (count: number): string[] => Array.from({ length: count }, (_, index) => `z${index + 1}.example`);

  it('are ids when each has one', () => {
    const [batch, ...others] = buildWith(idOf, ...of('z2.example', 'z1.example', 'z2.example'));
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ n: 3, zones: [], zoneIx: new Uint16Array(0) });
    expect(batch?.zoneId).toEqual(Uint32Array.of(2_000, 1_000, 2_000));
  });

  it('are names when few have an id', () => {
    const batches = buildWith(idOf, ...of(...known(8), 'foreign.example'));
    expect(batches.map(({ n, zoneId, zones }) => [n, zoneId, zones.length])).toEqual([[9, undefined, 9]]);
  });

  it('are told apart when many have an id and some have not: each outcome once, in one of two batches', () => {
    const zones = [...known(5), 'foreign.example', ...known(9), 'other.test', 'foreign.example'];
    const [ids, names, ...others] = buildWith(idOf, ...of(...zones));
    expect(others).toEqual([]);
    expect(ids?.zoneId).toEqual(Uint32Array.from([...known(5), ...known(9)], (zone) => idOf(zone) ?? 0));
    expect(names).toMatchObject({ n: 3, zones: ['foreign.example', 'other.test'], zoneId: undefined });
    expect(names?.zoneIx).toEqual(Uint16Array.of(0, 1, 0));
    expect(names?.qtype).toEqual(Uint16Array.of(5, 15, 16));
    expect([ids?.t0Us, names?.t0Us]).toEqual([NOW_US, NOW_US]);
  });

  it('keep the ids they had when they were gathered', () => {
    const ids = new Map([['z1.example', 1]]);
    const batches: BatchRows[] = [];
    const builder = new BatchBuilder(
      () => NOW_US,
      (rows) => batches.push(rows),
      (zone) => ids.get(zone),
    );
    builder.add(outcome({ zone: 'z1.example' }));
    ids.clear();
    builder.flush();
    expect(batches[0]?.zoneId).toEqual(Uint32Array.of(1));
  });
});
