import type { CustomerRow } from '#store';
import { type NewCustomers, normalisedCustomers, zoneConflict, zoneOf } from './registration.js';

const customer = (customerId: string, ...zones: string[]): NewCustomers[number] & CustomerRow => {
  return { customerId, name: customerId, tier: 'tier1', critical: false, zones };
};

describe('a zone', () => {
  it('is named in lower case and without the trailing dot', () => {
    expect(zoneOf('WWW.Example.')).toBe('www.example');
    expect(zoneOf('_sip._tcp.example')).toBe('_sip._tcp.example');
    expect(zoneOf('xn--bcher-kva.example')).toBe('xn--bcher-kva.example');
  });
  it('is not named by what is no name', () => {
    const long = Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.');
    for (const name of ['', '.', 'a..b', '-a.example', 'a-.example', 'a b', 'a|b', 'ü.example', 'a'.repeat(64), long])
      expect([name, zoneOf(name)]).toEqual([name, undefined]);
  });
  it('has one customer after a registration, whoever had it before', () => {
    const known = [customer('a', 'a.example'), customer('b', 'b.example')];
    expect(zoneConflict(known, [customer('c', 'b.example')])?.detail).toContain('customer b');
    expect(zoneConflict(known, [customer('b', 'c.example'), customer('c', 'b.example')])).toBeUndefined();
    expect(zoneConflict(known, [customer('c', 'd.example'), customer('e', 'd.example')])?.detail).toContain(
      'customer c',
    );
    expect(zoneConflict(known, [customer('a', 'a.example', 'z.example')])).toBeUndefined();
  });
});

describe('customers', () => {
  it('have each zone once, in order', () => {
    expect(normalisedCustomers([customer('a', 'B.example', 'a.example', 'b.example.')])).toMatchObject([
      { zones: ['a.example', 'b.example'] },
    ]);
  });
  it('come once, and the first wrong zone is pointed at', () => {
    expect(normalisedCustomers([customer('a'), customer('a')])).toMatchObject({ refused: 'BODY_INVALID' });
    expect(normalisedCustomers([customer('a'), customer('b', 'x.example', 'no zone')])).toMatchObject({
      refused: 'BODY_INVALID',
      at: '/customers/1/zones/1',
    });
  });
});
