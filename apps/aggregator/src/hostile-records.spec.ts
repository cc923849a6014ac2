import { HostileCampaign } from './hostile-campaign.fixture.js';

/** Records of one campaign; ten of them are 100,000. */
const RECORDS = 10_000;
/** Slots kept behind the newest plus as many late ones, and what a single batch may touch. */
const SLOTS_MAX = 4 * 60 + 4_296;

describe('hostile records', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'each is taken, a duplicate or a dead letter, and every outcome is booked: seed %i',
    (seed) => {
      const campaign = new HostileCampaign(seed);
      campaign.run(RECORDS);
      const { tally, expected } = campaign;
      const { batches, duplicates, reports, signals, deadLetters } = tally;
      expect(tally).toMatchObject({ ...expected, sent: RECORDS, soundRefused: 0, incomplete: 0 });
      expect(batches + duplicates + reports + signals + deadLetters).toBe(RECORDS);
      expect(campaign.slotsMax).toBeLessThanOrEqual(SLOTS_MAX);
      // It reaches both sides: a campaign of rubbish alone, or of none, would prove nothing.
      const both = [tally.sound, batches, duplicates, reports, signals, deadLetters, tally.future, tally.unread];
      expect(Math.min(...both)).toBeGreaterThan(20);
      expect(Object.keys(campaign.reasons).length).toBeGreaterThanOrEqual(7);
    },
  );
});
