import { statusAudienceOf, listingOf } from './status-audience.js';
import { evolveStatusUpdates, NO_STATUS_UPDATES, type StatusUpdates, type ToldCustomer } from './status-update.js';

const those = (from: number, until: number): readonly ToldCustomer[] =>
  Array.from({ length: until - from }, (_, index) => ({ customerId: `c${from + index}`, name: `C ${from + index}` }));
const factsOf = (hurt: readonly ToldCustomer[]) => ({ customers: hurt.slice(0, 20), affectedCustomers: hurt.length });
const AT = { incidentId: 'in1', n: 1, at: 1 };

const listing = (updates: StatusUpdates, listed: readonly ToldCustomer[]): StatusUpdates =>
  listingOf(listed, AT).reduce(evolveStatusUpdates, updates);

describe('whom a status update tells', () => {
  it('R46: more than it names are listed, each once', () => {
    const hurt = those(0, 133);
    const first = statusAudienceOf(NO_STATUS_UPDATES, factsOf(hurt), hurt);
    expect(first.listed).toEqual(hurt);
    const updates = { ...listing(NO_STATUS_UPDATES, first.listed), toldCustomers: first.customers, toldMost: 133 };
    const wider = those(100, 150);
    const second = statusAudienceOf(updates, factsOf(wider), wider);
    expect(second).toMatchObject({ listed: those(133, 150), affectedCustomers: 150 });
  });

  it('R46: those of whom the twenty of an update are others than those of the last are listed, not dropped', () => {
    const [before, now] = [those(0, 15), those(15, 30)];
    const updates = { ...NO_STATUS_UPDATES, toldCustomers: before, toldMost: 15 };
    const { customers, listed, affectedCustomers } = statusAudienceOf(updates, factsOf(now), []);
    expect([customers.length, listed.length, affectedCustomers]).toEqual([20, 30, 30]);
  });

  it('R46: whom an update can name is not listed', () => {
    const hurt = those(0, 20);
    expect(statusAudienceOf(NO_STATUS_UPDATES, factsOf(hurt), hurt)).toEqual({
      customers: hurt,
      affectedCustomers: 20,
      listed: [],
    });
  });

  it('who is beyond 20,000 is not listed, and counted', () => {
    const hurt = those(0, 20_100);
    const { listed, affectedCustomers } = statusAudienceOf(NO_STATUS_UPDATES, factsOf(hurt), hurt);
    expect([listed.length, affectedCustomers]).toEqual([20_000, 20_100]);
    expect(listingOf(listed, AT).map(({ data }) => data.customers.length)).toEqual(
      Array.from({ length: 40 }, () => 500),
    );
    const more = statusAudienceOf(listing(NO_STATUS_UPDATES, listed), factsOf(hurt), hurt);
    expect([more.listed.length, more.affectedCustomers]).toEqual([0, 20_100]);
  });
});
