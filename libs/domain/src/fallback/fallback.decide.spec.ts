import { DEFAULT_IMPACT, type EventOf, type Reason } from '#contracts';
import type { AffectedCustomer } from '../impact/affected.js';
import { evolveFallback, type Fallback } from './fallback.js';
import { decideFallbacks, type FallbackCase, FALLBACKS_MAX } from './fallback.decide.js';

const hurt = (customerId: string, tier: 'tier1' | 'tier2' | 'tier3' = 'tier3', critical = false): AffectedCustomer => ({
  customer: { customerId, name: customerId, tier, critical },
  failing: 0.2,
});
const many = (count: number): readonly AffectedCustomer[] => Array.from({ length: count }, (_, i) => hurt(`c${i}`));

const decide = (given: Partial<FallbackCase>) =>
  decideFallbacks({
    incidentId: 'i1',
    alert: { rule: 'hurt', reason: { text: '3 customers > 0' } as Reason },
    isDryRun: false,
    rails: [],
    affected: [],
    fallbacks: [],
    unwell: new Map(),
    impactSettings: DEFAULT_IMPACT,
    at: 1,
    idOf: (customerId, isDryRun) => `${customerId}${isDryRun ? '-dry' : ''}`,
    ...given,
  });
const decided = (given: Partial<FallbackCase>): readonly EventOf<'FallbackDecided'>[] =>
  decide(given).events.filter((each) => each.type === 'FallbackDecided');
const fallbacksOf = (given: Partial<FallbackCase>): readonly Fallback[] =>
  decided(given).flatMap((each) => evolveFallback(undefined, each) ?? []);

describe('who is moved to another provider', () => {
  it('R60: says why, with the share of the customer that fails', () => {
    expect(decided({ affected: [hurt('bank', 'tier1')] })[0]?.data).toEqual({
      fallbackId: 'bank',
      incidentId: 'i1',
      customerId: 'bank',
      provider: 'cloudflare_dns',
      isDryRun: false,
      because: 'hurt: 3 customers > 0; 20.0 % of its queries fail',
      at: 1,
    });
  });

  it('R60: at most 200 of an incident, the most urgent; a person is called for the others', () => {
    const affected = [...many(FALLBACKS_MAX + 4), hurt('bank', 'tier1'), hurt('rescue', 'tier3', true)];
    const { events, trouble } = decide({ affected });
    expect(events).toHaveLength(FALLBACKS_MAX);
    expect(events.slice(0, 2)).toMatchObject([{ data: { customerId: 'rescue' } }, { data: { customerId: 'bank' } }]);
    expect(trouble).toEqual({
      step: 'too_many',
      text: '6 customers more are hurt than the 200 that are moved to another provider',
    });
    // And not another 200 on the next tick.
    expect(decide({ affected, fallbacks: fallbacksOf({ affected }) }).events).toEqual([]);
  });

  it('R60: of a dry run no person is called, whatever it finds', () => {
    expect(decide({ affected: many(FALLBACKS_MAX + 1), isDryRun: true }).trouble).toBeUndefined();
    const unwell = new Map(['cloudflare_dns', 'google_dns', 'quad9_dns'].map((each) => [each, 'is ill']));
    expect(decide({ affected: many(1), unwell, isDryRun: true })).toEqual({ events: [] });
    expect(decide({ affected: many(1), unwell }).trouble?.step).toBe('no_provider');
  });

  it('R60: one that another incident moved is not moved again while it is away', () => {
    const fallbacks = fallbacksOf({ affected: [hurt('bank')], incidentId: 'i0' });
    expect(decided({ affected: [hurt('bank'), hurt('shop')], fallbacks }).map(({ data }) => data.customerId)).toEqual([
      'shop',
    ]);
  });

  it('RAIL-14: a dry run because of a rail is no reason not to move when the rail holds', () => {
    const affected = [hurt('bank')];
    const rails = [{ rail: 'kill_switch' as const, holds: false, detail: 'automation is off: drill' }];
    const fallbacks = fallbacksOf({ affected, rails });
    expect(fallbacks).toMatchObject([{ fallbackId: 'bank-dry', isDryRun: true }]);
    expect(decided({ affected, rails, fallbacks })).toEqual([]);
    expect(decided({ affected, fallbacks })).toMatchObject([{ data: { fallbackId: 'bank', isDryRun: false } }]);
  });
});
