import { describeCampaign, EXACT, expectFaults, playCampaign } from './campaign.fixture.js';

const PLAN = { kills: 20, zombies: 5, postgresCrashes: 5, brokerKills: 1, brokerHangs: 1, intrusions: 3 };

describeCampaign('every outcome counts exactly once on Kafka', () => {
  it('through kills, zombies, crashes of PostgreSQL in commits, and a broker that is killed and hangs', async () => {
    const result = await playCampaign(PLAN);
    expect(result).toMatchObject({ ...EXACT, duplicates: result.repeats });
    expectFaults(result, PLAN);
  });
});
