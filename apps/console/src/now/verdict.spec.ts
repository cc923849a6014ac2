import type { FleetHealth } from '../api/followed.js';
import type { FleetImpact, OpenTitle } from './now-document.js';
import { gravest, othersOpen, type VerdictFacts, verdictOf } from './verdict.js';

const incident = (told: Partial<OpenTitle>): OpenTitle => ({
  incidentId: 'i-1',
  title: 'success 23 % on v2.1.5+c42',
  priority: 'P0',
  severity: 'critical',
  openedAt: '2021-07-22T11:47:10.000Z',
  onsetAt: '2021-07-22T11:47:00.000Z',
  acknowledgedAt: null,
  ...told,
});

const health = (good: number, bad: number): FleetHealth => ({
  asOf: '2021-07-22T11:58:00.000Z',
  fleet: {
    key: 'fleet',
    success: good + bad === 0 ? null : (100 * good) / (good + bad),
    good,
    bad,
    timeout: 0,
    p50: 1_000,
    p95: 2_000,
    p99: 3_000,
    window: 60_000,
    slot: 0,
  },
  regions: [
    {
      key: 'us-east',
      success: null,
      good: 0,
      bad: 0,
      timeout: 0,
      p50: null,
      p95: null,
      p99: null,
      window: 60_000,
      slot: 0,
    },
  ],
});

const impact = (affectedCustomers: number): FleetImpact => ({
  asOf: '2021-07-22T11:58:00.000Z',
  affectedCustomers,
  score: affectedCustomers === 0 ? 0 : 8_310,
  dollarsPerMinute: affectedCustomers === 0 ? 0 : 4_155_000,
  byTier: { tier1: affectedCustomers, tier2: 0, tier3: 0 },
  regions: [],
});

const verdict = (facts: Partial<VerdictFacts>) =>
  verdictOf({
    worst: undefined,
    health: health(9_995, 5),
    impact: impact(0),
    now: Date.UTC(2021, 6, 22, 11, 58),
    hearing: 'heard',
    asOf: '11:58:00 UTC, 2 min old',
    ...facts,
  });

describe('the verdict', () => {
  it('says what failed, how bad it is, who pays and for how long, all of it of one scope', () => {
    expect(verdict({ worst: incident({}), health: health(8_000, 2_000), impact: impact(1_204) })).toEqual({
      standing: 'failing',
      text: 'P0 · success 23 % on v2.1.5+c42 · whole fleet over the last minute: success 80.00 %, 1,204 customers, score 8,310, $4.16M a minute · for 11 min',
      said: 'P0 · success 23 % on v2.1.5+c42',
    });
  });

  it('is of the gravest incident, then of the one that began first', () => {
    const [p1, late, early] = [
      incident({ priority: 'P1', title: 'p1' }),
      incident({ title: 'late', openedAt: '2021-07-22T11:50:00.000Z' }),
      incident({ title: 'early' }),
    ];
    expect(gravest([p1, late, early])?.title).toBe('early');
    expect(gravest([incident({ priority: null, title: 'none' }), p1])?.title).toBe('p1');
  });

  it('is of the gravest of all that are open, and says how many others are and who has them', () => {
    const newer = Array.from({ length: 5 }, (_, index) =>
      incident({
        title: `p2 ${index}`,
        priority: 'P2',
        openedAt: `2021-07-22T11:5${index}:00.000Z`,
        acknowledgedAt: index < 3 ? '2021-07-22T11:57:00.000Z' : null,
      }),
    );
    const all = [...newer.toReversed(), incident({ title: 'the one that counts' })];
    expect(gravest(all)?.title).toBe('the one that counts');
    expect(othersOpen(all, false)).toBe('and 5 more are open, 2 not acknowledged');
    expect(othersOpen(all, true)).toBe('and at least 5 more are open, 2 not acknowledged');
    expect(othersOpen(newer.slice(0, 2), false)).toBe('and 1 more is open, all acknowledged');
    expect(othersOpen(newer.slice(0, 1), false)).toBeUndefined();
  });

  it('tells healthy, without traffic, unheard and not heard yet apart', () => {
    expect(verdict({})).toMatchObject({ standing: 'well', said: 'Nothing is open' });
    expect(verdict({ health: health(0, 0) }).standing).toBe('idle');
    expect(verdict({ health: health(23, 77) })).toMatchObject({
      standing: 'warned',
      said: 'Fleet success is below 99.5 %, and no incident is open for it',
    });
    expect(verdict({ impact: undefined }).standing).toBe('unread');
    expect(verdict({ health: null }).standing).toBe('silent');
    expect(verdict({ health: null, hearing: 'awaited' }).standing).toBe('unread');
    expect(verdict({ health: { ...health(0, 0), regions: [] } })).toMatchObject({
      standing: 'silent',
      text: expect.stringContaining('No node is registered'),
    });
    expect(verdict({ hearing: 'stale' })).toMatchObject({
      standing: 'silent',
      text: expect.stringContaining('The last was of 11:58:00 UTC, 2 min old.'),
    });
  });

  it('keeps an incident open also where nothing is heard, and says of when its figures are', () => {
    expect(verdict({ worst: incident({}), health: null, hearing: 'stale' }).standing).toBe('failing');
    expect(verdict({ worst: incident({}), hearing: 'stale' }).text).toContain(
      'whole fleet as of 11:58:00 UTC, 2 min old: success',
    );
  });

  it('is not well while customers are hurt for whom no incident is open', () => {
    expect(verdict({ impact: impact(12) })).toMatchObject({
      standing: 'warned',
      said: 'Customers are hurt, and no incident is open for it',
    });
  });

  it('what could not be read is no nought', () => {
    expect(verdict({ worst: incident({}), impact: undefined }).text).toContain('who is hurt is not read yet');
  });

  it('is read out when it changes, and not with each second that passes', () => {
    const at = (now: number) => verdict({ worst: incident({}), impact: impact(now % 97), now }).said;
    expect(at(Date.UTC(2021, 6, 22, 12))).toBe(at(Date.UTC(2021, 6, 22, 12, 3, 7)));
  });
});
