import { around, familyOf } from './subject-series.js';

describe('what was counted of the subject of an alert', () => {
  it.each(['fleet', 'region', 'pop', 'release_region', 'node', 'customer'])('is of the family of a %s', (scope) => {
    expect(familyOf({ scope, key: 'x' })).toMatchObject({ family: scope, key: 'x' });
  });

  it.each(['external', 'partition', 'release'])('is nothing for %s', (scope) => {
    expect(familyOf({ scope, key: 'x' })).toBeUndefined();
  });

  it('is of the time of the alert and what was around it, in whole minutes', () => {
    const begunAt = '2021-07-22T11:47:02.500Z';
    const now = Date.parse('2021-07-22T12:00:10.000Z');
    const shown = (resolvedAt: string | null) => {
      const { from, to } = around({ begunAt, resolvedAt }, now);
      return [new Date(from).toISOString(), new Date(to).toISOString()];
    };
    expect(shown('2021-07-22T11:50:00.000Z')).toEqual(['2021-07-22T11:45:00.000Z', '2021-07-22T11:52:00.000Z']);
    expect(shown(null)).toEqual(['2021-07-22T11:45:00.000Z', '2021-07-22T12:01:00.000Z']);
  });
});
