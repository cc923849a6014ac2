import type { CatalogueCustomer } from '../rule/catalogue.js';
import { BASELINE_CUSTOMERS_MAX, CustomerBaselines } from './customer-baselines.js';

const customer = (customerId: string): CatalogueCustomer => ({
  customerId,
  name: customerId,
  tier: 'tier1',
  critical: false,
});

/** Minutes of a customer: so many outcomes in each, failing as told. */
const learn = (
  baselines: CustomerBaselines,
  [from, to]: readonly [number, number],
  failing: (minute: number) => number,
  outcomes = 1_000,
): void => {
  for (let minute = from; minute < to; minute += 1) {
    const bad = Math.round(outcomes * failing(minute));
    if (baselines.begin(minute)) baselines.add('bank', minute, outcomes - bad, bad);
  }
};

const fresh = (...ids: readonly string[]): CustomerBaselines => {
  const baselines = new CustomerBaselines();
  baselines.setCustomers(ids.map(customer));
  return baselines;
};

describe('the baseline of a customer', () => {
  it('C7: is its own, known after an hour, and not below 0.05 %', () => {
    const baselines = fresh('bank', 'shop');
    learn(baselines, [0, 50], () => 0.02);
    expect(baselines.ratioOf('bank')).toBe('unknown');
    learn(baselines, [50, 60], () => 0.02);
    expect(baselines.ratioOf('bank')).toBeCloseTo(0.02, 9);
    expect(baselines.ratioOf('shop')).toBe('unknown');
    const clean = fresh('bank');
    learn(clean, [0, 60], () => 0);
    expect(clean.ratioOf('bank')).toBe(0.0005);
  });

  it('C7: an outage of 40 minutes does not become it, an hour and forty minutes do', () => {
    const baselines = fresh('bank');
    learn(baselines, [0, 180], () => 0.002);
    learn(baselines, [180, 220], () => 0.8);
    expect(baselines.ratioOf('bank')).toBeCloseTo(0.002, 9);
    learn(baselines, [220, 280], () => 0.8);
    expect(baselines.ratioOf('bank')).toBeCloseTo(0.8, 9);
  });

  it('with little traffic pools are put together, and too little is unknown', () => {
    const seldom = fresh('bank');
    learn(seldom, [0, 180], (minute) => (minute % 10 === 0 ? 0.1 : 0), 10);
    expect(seldom.ratioOf('bank')).toBeCloseTo(0.01, 9);
    const hardly = fresh('bank');
    learn(hardly, [0, 180], () => 0, 8);
    expect(hardly.ratioOf('bank')).toBe('unknown');
  });

  it('C7: who leaves the catalogue is not learnt meanwhile, and keeps what three hours hold of it', () => {
    const baselines = fresh('bank');
    learn(baselines, [0, 60], () => 0.02);
    baselines.setCustomers([customer('shop')]);
    learn(baselines, [60, 120], () => 0.8);
    baselines.setCustomers([customer('bank')]);
    expect(baselines.ratioOf('bank')).toBeCloseTo(0.02, 9);
    baselines.setCustomers([customer('shop')]);
    learn(baselines, [120, 240], () => 0.8);
    expect(baselines.ratioOf('bank')).toBe('unknown');
    expect(baselines.countsOf(12)).toEqual([]);
  });

  it('of more than 10,000 the first by id are learnt, whoever came first', () => {
    const many = Array.from({ length: BASELINE_CUSTOMERS_MAX }, (_unused, index) => customer(`c${index}`));
    const last = fresh();
    last.setCustomers([customer('zoo'), ...many]);
    last.begin(0);
    for (const { customerId } of many) last.add(customerId, 0, 1, 0);
    last.add('zoo', 0, 1, 0);
    expect(last.countsOf(0)).toHaveLength(BASELINE_CUSTOMERS_MAX);
    expect(last.countsOf(0)).not.toContainEqual(expect.objectContaining({ customerId: 'zoo' }));
    last.setCustomers([customer('zoo'), ...many, customer('bank')]);
    learn(last, [0, 60], () => 0.02);
    expect(last.ratioOf('bank')).toBeCloseTo(0.02, 9);
  });

  it('rows of who left are given to others; while all are taken, who is new is unknown', () => {
    const baselines = fresh();
    for (const round of [0, 1, 2]) {
      const many = Array.from({ length: BASELINE_CUSTOMERS_MAX }, (_unused, index) => customer(`r${round}-${index}`));
      baselines.setCustomers(many);
      baselines.begin(round * 10);
      for (const { customerId } of many) baselines.add(customerId, round * 10, 1, 0);
    }
    expect(baselines.countsOf(1)).toHaveLength(BASELINE_CUSTOMERS_MAX);
    expect(baselines.countsOf(2)).toEqual([]);
    baselines.begin(180);
    baselines.add('r2-7', 180, 1, 0);
    expect(baselines.countsOf(18)).toEqual([{ customerId: 'r2-7', good: 1, bad: 0 }]);
  });
});
