import type { FleetHealth } from '../api/followed.js';
import type { OpenIncident } from './now-document.js';
import { gravest, verdictOf } from './verdict.js';

const NOW = Date.UTC(2021, 6, 22, 11, 58);

const incident = (told: Partial<OpenIncident>): OpenIncident =>
  ({
    title: 'success 23 % on v2.1.5+c42',
    priority: 'P0',
    severity: 'critical',
    openedAt: '2021-07-22T11:47:10.000Z',
    onsetAt: '2021-07-22T11:47:00.000Z',
    impact: { affectedCustomers: 1_204, score: 8_310, dollarsPerMinute: 4_155_000 },
    ...told,
  }) as OpenIncident;

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

describe('the verdict', () => {
  it('says what failed, how bad it is, who pays and for how long', () => {
    expect(verdictOf([incident({})], health(8_000, 2_000), NOW, false)).toEqual({
      standing: 'failing',
      text: 'P0 · success 23 % on v2.1.5+c42 · fleet success 80.00 % · 1,204 customers, score 8,310 · $4.16M a minute · for 11 min',
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

  it('tells healthy, without traffic and unheard apart', () => {
    expect(verdictOf([], health(9_995, 5), NOW, false).standing).toBe('well');
    expect(verdictOf([], health(0, 0), NOW, false).standing).toBe('idle');
    expect(verdictOf([], null, NOW, false).standing).toBe('silent');
    expect(verdictOf([], { ...health(0, 0), regions: [] }, NOW, false)).toMatchObject({
      standing: 'silent',
      text: expect.stringContaining('No node is registered'),
    });
    expect(verdictOf([], health(9_995, 5), NOW, true).standing).toBe('silent');
  });

  it('keeps an incident open also where nothing is heard', () => {
    expect(verdictOf([incident({})], null, NOW, true)).toMatchObject({ standing: 'failing' });
  });
});
