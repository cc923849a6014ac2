import { HostileCampaign } from './hostile-campaign.fixture.js';

const RECORDS = 1_000_000;

describe('hostile records, long', () => {
  it('a million are taken, duplicates or dead letters, and every outcome is booked', () => {
    const campaign = new HostileCampaign(1);
    campaign.run(RECORDS);
    const { tally, expected, reasons, slotsMax, readCpuUs } = campaign;
    console.table({ ...tally, slotsMax, readCpuSeconds: readCpuUs / 1e6, rssMb: process.memoryUsage().rss >> 20 });
    console.table(reasons);
    const { batches, duplicates, reports, signals, deadLetters } = tally;
    expect(tally).toMatchObject({ ...expected, sent: RECORDS, soundRefused: 0, incomplete: 0 });
    expect(batches + duplicates + reports + signals + deadLetters).toBe(RECORDS);
  });
});
