import { placeOf } from './places.js';
import { healthTone, popsOf } from './pops.js';

describe('PoPs', () => {
  it('are summed over their steps, the worst first, those that nobody asked last', () => {
    const steps = [
      { key: 'iad', good: 99, bad: 1 },
      { key: 'fra', good: 10, bad: 30 },
      { key: 'iad', good: 100, bad: 0 },
      { key: 'sin', good: 0, bad: 0 },
    ];
    expect(popsOf(steps).map(({ pop, success }) => [pop, success])).toEqual([
      ['fra', 25],
      ['iad', 99.5],
      ['sin', null],
    ]);
  });

  it('are judged as the rules judge: below 95 % they fail, below 99.5 % they are degraded', () => {
    expect([94.99, 95, 99.49, 99.5, null].map(healthTone)).toEqual(['bad', 'warn', 'warn', 'good', 'still']);
  });

  it('stand where their airport is, however they are numbered', () => {
    expect([placeOf('iad'), placeOf('IAD1'), placeOf('edge-7')]).toEqual([[-77.5, 38.9], [-77.5, 38.9], undefined]);
  });

  it('whose names only begin as an airport does stand in the table alone', () => {
    expect(['dubai-1', 'manila', 'denmark-2', 'ams_3', 'sin.a'].map((pop) => placeOf(pop) !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});
