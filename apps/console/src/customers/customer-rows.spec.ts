import { customersShown, filtered, type Told, toldOf } from './customer-rows.js';
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
    const shown = customersShown(all, affected('city', 'bank'), undefined);
    expect(shown.map(({ customerId, hurt: had }) => [customerId, had?.minutes])).toEqual([
      ['city', 3],
      ['bank', 3],
      ['acme', undefined],
    ]);
  });

  it('are found by name or id, and by what they are', () => {
    const shown = customersShown(all, affected('city'), undefined);
    const found = (filter: Parameters<typeof filtered>[1]) => filtered(shown, filter).map((each) => each.customerId);
    expect(found({})).toEqual(['city', 'acme', 'bank']);
    expect(found({ find: 'BAN' })).toEqual(['bank']);
    expect(found({ tier: 'tier1' })).toEqual(['acme']);
    expect(found({ sector: 'finance' })).toEqual(['bank']);
    expect(found({ hurt: 'yes' })).toEqual(['city']);
    expect(found({ hurt: 'no', tier: 'tier2' })).toEqual(['bank']);
  });

  it('beyond the gravest that are named are neither hurt nor not hurt', () => {
    const isHurt = (of: Affected | undefined) => customersShown(all, of, undefined).map((each) => each.isHurt);
    expect(isHurt(affected('city'))).toEqual(['yes', 'no', 'no']);
    expect(isHurt({ ...affected('city'), affectedCustomers: 501 })).toEqual(['yes', 'not known', 'not known']);
    expect(isHurt(undefined)).toEqual(['not known', 'not known', 'not known']);
    const shown = customersShown(all, { ...affected('city'), affectedCustomers: 501 }, undefined);
    expect(filtered(shown, { hurt: 'no' })).toEqual([]);
    expect(filtered(shown, { hurt: 'unknown' }).map(({ customerId }) => customerId)).toEqual(['acme', 'bank']);
  });

  const update = (publishedAt: string | null, ...ids: string[]) => ({
    incidentId: 'i1',
    publishedAt,
    customers: ids.map((customerId) => ({ customerId })),
  });
  const delivery = (dedupKey: string, finishedAt: string | null, status: Told['status'] = 'delivered') => ({
    dedupKey,
    status: status as 'delivered',
    requestedAt: '2021-07-22T11:50:00.000Z',
    finishedAt,
  });
  const told = (deliveries: ReturnType<typeof delivery>[], updates: ReturnType<typeof update>[] = []) =>
    toldOf({
      deliveries: { nodes: deliveries, pageInfo: { hasNextPage: false } },
      statusUpdates: { nodes: updates, pageInfo: { hasNextPage: false } },
    });

  it('were told by the newest message that is to them', () => {
    const { each } = told(
      [delivery('i1:acme', null, 'gave_up'), delivery('i1:bank:eu', '2021-07-22T11:50:02.000Z')],
      [update('2021-07-22T11:55:00.000Z', 'acme'), update(null, 'city')],
    );
    expect([...each]).toEqual([
      ['acme', { at: '2021-07-22T11:55:00.000Z', status: 'published' }],
      ['bank:eu', { at: '2021-07-22T11:50:02.000Z', status: 'delivered' }],
    ]);
  });

  it('are not told of this outage by a message of last month', () => {
    const may = '2021-05-22T11:50:00.000Z';
    const shown = customersShown(all, affected('city'), told([delivery('i0:city', may), delivery('i0:bank', may)]));
    expect(shown.map((each) => [each.customerId, each.told?.at, each.toldBefore?.at])).toEqual([
      ['city', undefined, may],
      ['acme', undefined, undefined],
      ['bank', may, undefined],
    ]);
  });

  it('are not called untold while nobody knows what was told', () => {
    const known = (of: ReturnType<typeof told> | undefined) =>
      customersShown(all, affected('city'), of).map(({ isToldKnown }) => isToldKnown);
    expect(new Set(known(undefined))).toEqual(new Set([false]));
    expect(new Set(known(told([])))).toEqual(new Set([true]));
  });

  it('are told by one message to all where more are hurt than are named', () => {
    const shown = customersShown(
      [...all, customer('customers')],
      affected('city'),
      told([delivery('i1:customers', '2021-07-22T11:49:00.000Z')]),
    );
    expect(shown.map((each) => [each.customerId, each.told])).toEqual([
      ['city', { at: '2021-07-22T11:49:00.000Z', status: 'delivered', isOfAll: true }],
      ['acme', undefined],
      ['bank', undefined],
      ['customers', undefined],
    ]);
  });
});
