import { findingsOf } from './day-record.js';
import { type KilledDay, playKilledDay } from './killed-day.fixture.js';

// Two days of about a minute each.
const TIMEOUT_MS = 240_000;

/** What holds of a day however often the server died: the outage is found once, paged once and rolled back once. */
const expectOneOfEach = (day: KilledDay): void => {
  expect(day.recovered).toBe(true);
  expect(day.result).toMatchObject({ lost: 0, duplicated: 0, falseAlerts: 0, pages: day.incidents.length });
  expect(new Set(day.triggers.map(({ dedupKey }) => dedupKey))).toEqual(new Set(day.incidents));
  const [rollback, ...others] = day.rollbacks.filter(({ status }) => status !== 'refused');
  expect(others).toEqual([]);
  expect(rollback).toMatchObject({ status: 'completed' });
  expect(day.wavesCommanded).toEqual(rollback?.waves.map((_, index) => index + 1));
};

describe('the day of the incident, against a server of its own', () => {
  it(
    'R104-R108, R140, B1, B2: two kills change neither alerts, pages nor the rollback, and every outcome counts once',
    async () => {
      const calm = await playKilledDay({ seed: 7, kills: 0 });
      expect(findingsOf(calm.result)).toEqual([]);
      expectOneOfEach(calm);
      const killed = await playKilledDay({ seed: 7, kills: 2 });
      expectOneOfEach(killed);
      expect(killed.alerts).toEqual(calm.alerts);
    },
    TIMEOUT_MS,
  );
});
