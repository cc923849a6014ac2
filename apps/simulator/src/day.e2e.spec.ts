import { expectOneOfEach, expectSameProof, playKilledDay } from './killed-day.fixture.js';

// Two days of about half a minute each; many times that where the machine has other work, since the days run in real time.
const TIMEOUT_MS = 600_000;

describe('the day of the incident, against a server of its own', () => {
  it(
    'R104, R107, R140, B2: two kills change neither proof, pages nor the rollback, and every outcome counts once',
    async () => {
      const calm = await playKilledDay({ seed: 7, kills: 0 });
      expectOneOfEach(calm);
      const killed = await playKilledDay({ seed: 7, kills: 2 });
      expect(killed.killsOfOutage).toBeGreaterThan(0);
      expectOneOfEach(killed);
      expectSameProof(killed, calm);
    },
    TIMEOUT_MS,
  );
});
