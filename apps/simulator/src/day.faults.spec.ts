import { expectOneOfEach, expectSameProof, playKilledDay } from './killed-day.fixture.js';

describe('the day of the incident, killed again and again', () => {
  it('R104, R107, R140, B2: ten kills change neither proof, pages nor the rollback, and every outcome counts once', async () => {
    const calm = await playKilledDay({ seed: 11, kills: 0 });
    expectOneOfEach(calm);
    const killed = await playKilledDay({ seed: 11, kills: 10 });
    expect(killed.killsOfOutage).toBeGreaterThan(0);
    expectOneOfEach(killed);
    expectSameProof(killed, calm);
  });
});
