import { describeCampaign, EXACT, expectFaults, playCampaign } from './campaign.fixture.js';

const PLAN = { kills: 200, zombies: 30, postgresCrashes: 50, brokerKills: 5, brokerHangs: 10, intrusions: 20 };

describeCampaign('every outcome counts exactly once on Kafka, long', () => {
  it('through hundreds of kills, zombies, crashes of PostgreSQL in commits, and brokers that are killed and hang', async () => {
    const result = await playCampaign(PLAN);
    expect(result).toMatchObject({ ...EXACT, duplicates: result.repeats });
    expectFaults(result, PLAN);
  });
});
