import { createPlainWindows, plainCells } from '#testing';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { type AffectedCustomer, AffectedReader } from './affected.js';
import { impactOf } from './impact.js';

const SLOT = 1_626_951_600;
const WINDOW_MS = 60_000;
/** What resolvers that got no answer make of one query: 7,000 a second became 900,000 (Facebook, 4 October 2021). */
const RETRIES = 100;

type Counts = Readonly<Record<string, readonly [good: number, bad: number]>>;

const customersOf = (counts: Counts): readonly CatalogueCustomer[] =>
  Object.keys(counts).map((customerId) => ({ customerId, name: customerId, tier: 'tier1', critical: false }));

/** Who of the fleet is hurt when each customer had these outcomes in one second. */
const affectedOf = (counts: Counts): readonly AffectedCustomer[] => {
  const windows = createPlainWindows();
  const cells = plainCells(
    'customer',
    new Map(Object.entries(counts).map(([id, [good, bad]]) => [id, [good, bad, 0]])),
  );
  windows.apply({
    incarnation: 1,
    topic: 'telemetry.outcomes',
    partition: 0,
    tick: SLOT * 4,
    nextOffset: 1,
    slots: [{ slot: SLOT, closed: false, block: new Map([['customer', cells]]) }],
    nodes: [],
    reports: [],
    signals: [],
  });
  return new AffectedReader(windows, customersOf(counts)).fleet(WINDOW_MS, SLOT);
};

const idsOf = (affected: readonly AffectedCustomer[]): readonly string[] =>
  affected.map(({ customer }) => customer.customerId);

describe('who is hurt', () => {
  it('R5: is said by the own ratio of a customer: neither its retries nor those of another move it', () => {
    const quiet = { healthy: [9_950, 50], failing: [900, 100], small: [540, 60] } as const;
    const inflated = { ...quiet, healthy: [9_950 * RETRIES, 50 * RETRIES] } as const;
    expect(idsOf(affectedOf(quiet))).toEqual(['failing', 'small']);
    expect(affectedOf(inflated)).toEqual(affectedOf(quiet));
  });

  it('R5: retries of what fails make a customer weigh no more than one that fails alike', () => {
    const once = affectedOf({ failing: [900, 100], other: [900, 100] });
    const retried = affectedOf({ failing: [900 * RETRIES, 100 * RETRIES], other: [900, 100] });
    expect(idsOf(retried)).toEqual(['failing', 'other']);
    expect(retried.map(({ failing }) => failing)).toEqual([0.1, 0.1]);
    expect(impactOf(retried)).toEqual(impactOf(once));
  });
});
