import { holds, type Measured, percentileOf, tableOfMeasured } from './measured.js';

const LOAD: Measured = { name: 'script', value: 170_000, unit: 'bytes', limit: 180_000 };
const SCORE: Measured = { name: 'performance', value: 94, unit: 'of 100', limit: 95, isMinimum: true };
const NONE: Measured = {
  name: 'accessibility',
  value: undefined,
  unit: 'of 100',
  limit: 100,
  isMinimum: true,
  note: 'no Lighthouse',
};

describe('a figure of the report', () => {
  it('holds up to its limit, or from it on', () => {
    expect([LOAD, { ...LOAD, value: 180_001 }, SCORE, { ...SCORE, value: 95 }, NONE].map(holds)).toEqual([
      true,
      false,
      false,
      true,
      undefined,
    ]);
  });

  it('stands in a table with what it may be', () => {
    expect(tableOfMeasured([LOAD, SCORE, NONE]).split('\n')).toEqual([
      'what           measured  limit      unit',
      'script         170000    <= 180000  bytes   ok',
      'performance    94        >= 95      of 100  MISSED',
      'accessibility  –         >= 100     of 100  not measured  no Lighthouse',
    ]);
  });
});

describe('a percentile', () => {
  it('is a value that was measured', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.5, 0.95, 1].map((share) => percentileOf(values, share))).toEqual([1, 50, 95, 100]);
    expect(() => percentileOf([], 0.5)).toThrow('nothing');
  });
});
