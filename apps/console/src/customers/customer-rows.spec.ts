import { customersShown, filtered, toldOf } from './customer-rows.js';
import type { Affected, CustomerRow } from './customers-document.js';

const customer = (customerId: string, told: Partial<CustomerRow> = {}): CustomerRow => ({
  customerId,
  name: customerId.toUpperCase(),
  tier: 'tier2',
  critical: false,
  sector: null,
  countries: null,
  sites: null,
  ...told,
});

const hurt = (customerId: string): Affected['customers'][number] => ({
  customerId,
  failing: 0.5,
  minutes: 3,
  firstAt: '2021-07-22T11:47:00.000Z',
  lastAt: '2021-07-22T11:50:00.000Z',
  dollarsPerMinute: 5_000,
});

const affected = (...ids: string[]): Affected => ({
  from: '2021-07-22T11:00:00.000Z',
  to: '2021-07-22T12:00:00.000Z',
  affectedCustomers: ids.length,
  dollarsPerMinute: 5_000,
  byTier: { tier1: 0, tier2: ids.length, tier3: 0 },
  customers: ids.map(hurt),
});

describe('customers', () => {
  const all = [customer('acme', { tier: 'tier1' }), customer('bank', { sector: 'finance' }), customer('city')];

  it('that were hurt are first, in the order of the API', () => {
    const shown = customersShown(all, affected('city', 'bank'), new Map());
    expect(shown.map(({ customerId, hurt: had }) => [customerId, had?.minutes])).toEqual([
      ['city', 3],
      ['bank', 3],
      ['acme', undefined],
    ]);
  });

  it('are found by name or id, and by what they are', () => {
    const shown = customersShown(all, affected('city'), new Map());
    const found = (filter: Parameters<typeof filtered>[1]) => filtered(shown, filter).map((each) => each.customerId);
    expect(found({})).toEqual(['city', 'acme', 'bank']);
    expect(found({ find: 'BAN' })).toEqual(['bank']);
    expect(found({ tier: 'tier1' })).toEqual(['acme']);
    expect(found({ sector: 'finance' })).toEqual(['bank']);
    expect(found({ hurt: 'yes' })).toEqual(['city']);
    expect(found({ hurt: 'no', tier: 'tier2' })).toEqual(['bank']);
  });

  it('were told by the newest message that is to them', () => {
    const told = toldOf({
      deliveries: {
        nodes: [
          { dedupKey: 'i1:acme', status: 'gave_up', requestedAt: '2021-07-22T11:50:00.000Z', finishedAt: null },
          {
            dedupKey: 'i1:bank:eu',
            status: 'delivered',
            requestedAt: '2021-07-22T11:50:00.000Z',
            finishedAt: '2021-07-22T11:50:02.000Z',
          },
        ],
      },
      statusUpdates: {
        nodes: [
          { incidentId: 'i1', publishedAt: '2021-07-22T11:55:00.000Z', customers: [{ customerId: 'acme' }] },
          { incidentId: 'i1', publishedAt: null, customers: [{ customerId: 'city' }] },
        ],
      },
    });
    expect([...told]).toEqual([
      ['acme', { at: '2021-07-22T11:55:00.000Z', status: 'published' }],
      ['bank:eu', { at: '2021-07-22T11:50:02.000Z', status: 'delivered' }],
    ]);
  });
});
