import { LATENCY_NONE, OUTCOME } from '#contracts';
import { BurstRows } from './burst-rows.js';
import type { ProbeRow } from './probe-row.js';

const rowAt = (atUs: number, outcome: number = OUTCOME.answer): ProbeRow => ({
  atUs,
  zone: 'a.test',
  qtype: 1,
  transport: 1,
  outcome,
  rcode: 0,
  latencyUs: outcome === OUTCOME.answer ? atUs : LATENCY_NONE,
  flags: 0,
});

describe('bursts as rows', () => {
  let told: ProbeRow[];
  let bursts: BurstRows;
  beforeEach(() => {
    told = [];
    bursts = new BurstRows(3, (row) => told.push(row));
  });

  it('a burst is one row, when all of it is known', () => {
    bursts.take(0, rowAt(10));
    bursts.take(2, rowAt(30));
    expect(told).toEqual([]);
    bursts.take(1, rowAt(20));
    expect(told).toEqual([{ ...rowAt(20), atUs: 10 }]);
  });

  it('what was skipped is no failure, and what a stall took ends with the next burst', () => {
    bursts.take(0, undefined);
    bursts.take(1, rowAt(20));
    bursts.take(2, undefined);
    bursts.take(3, rowAt(40));
    bursts.take(6, rowAt(70, OUTCOME.timeout));
    expect(told.map(({ atUs }) => atUs)).toEqual([20, 40]);
    bursts.end();
    expect(told.at(-1)?.outcome).toBe(OUTCOME.timeout);
    bursts.end();
    expect(told).toHaveLength(3);
  });

  it('a burst that was told is not told again', () => {
    bursts.take(3, rowAt(40));
    bursts.take(0, rowAt(10));
    bursts.end();
    expect(told.map(({ atUs }) => atUs)).toEqual([40]);
  });
});
