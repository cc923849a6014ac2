import fc from 'fast-check';
import { type Customer, TIERS } from '#contracts';
import { readCustomers, writeCustomers } from './customer-file.js';

const customer: fc.Arbitrary<Customer> = fc
  .record({
    customerId: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    // A CSV has no outer spaces.
    name: fc.string({ minLength: 1, maxLength: 30 }).map((text) => `n${text.replaceAll('\r', '')}.`),
    tier: fc.constantFrom(...TIERS),
    critical: fc.boolean(),
    zones: fc.uniqueArray(fc.domain(), { maxLength: 3 }),
    more: fc.record(
      {
        sector: fc.constantFrom('finance', 'retail'),
        countries: fc.uniqueArray(fc.constantFrom('US', 'JP', 'DE'), { minLength: 1 }),
        sites: fc.nat({ max: 1_000_000_000 }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ more, ...each }) => ({ ...each, ...more }));

describe('a file of customers', () => {
  it.each(['customers.yml', 'customers.csv'])('%s: what is written is read as the same', (name) => {
    fc.assert(
      fc.property(fc.array(customer, { maxLength: 5 }), (customers) => {
        expect(readCustomers(writeCustomers(customers, name), name)).toEqual({ config: { customers } });
      }),
    );
  });
  it('CSV: everything that is wrong is told at once, with line, column and caret', () => {
    const text =
      'customerId,name,tier,countries,sites\nups,UPS,gold,US,1\nhsbc,"HS\nBC",tier1,uk,many\nx,y\n,Z,tier2,,\n';
    const { problems } = readCustomers(text, 'c.csv');
    expect(problems?.map((problem) => problem.split(': ').slice(0, 2).join(': '))).toEqual([
      'c.csv:2:9: tier',
      'c.csv:4:11: countries.0',
      'c.csv:4:14: sites',
      'c.csv:5:1: 2 fields where the first line has 5\n    x,y\n    ^',
      'c.csv:6:1: customerId',
    ]);
    expect(readCustomers('customerId,colour\n', 'c.csv').problems?.[0]).toContain(
      'c.csv:1:12: there is no column colour',
    );
    expect(readCustomers('customerId\n"open\n', 'c.csv').problems?.[0]).toContain('c.csv:2:1: a quote');
  });
  it('YAML: everything that is wrong is told at once', () => {
    const text =
      'customers:\n  - { customerId: ups, name: UPS, tier: gold }\n  - { customerId: a, name: A, tier: tier1, zone: [x] }\n';
    const { problems } = readCustomers(text, 'c.yml');
    expect(problems?.map((problem) => problem.split(':').slice(0, 2).join(':'))).toEqual(['c.yml:2', 'c.yml:3']);
  });
});
