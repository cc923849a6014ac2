import fc from 'fast-check';
import type { Place } from '../incident/place.js';
import { fitsPattern, fitsSelector, labelsOf, type Labelling } from './selector.js';

const NOWHERE: Place = { pop: undefined, region: undefined, release: undefined };
const labelling = (place: Partial<Place> = {}): Labelling => ({
  placeOf: () => ({ ...NOWHERE, ...place }),
  tierOf: (customerId) => (customerId === 'bank' ? 'tier1' : undefined),
});

describe('a pattern', () => {
  it.each([
    ['us-east', 'us-east', true],
    ['us-east', 'us-east-1', false],
    ['*', '', true],
    ['us-*', 'us-east', true],
    ['us-*', 'eu-us-1', false],
    ['*-east', 'us-east', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*bc*c', 'abc', false],
    ['v2.1.5+*', 'v2.1.5+c42', true],
    // A dot is a dot.
    ['v2.1.5', 'v2x1x5', false],
  ])('%s and %s: %s', (pattern, text, fits) => {
    expect(fitsPattern(pattern, text)).toBe(fits);
  });

  it('fits what the regular expression of it fits', () => {
    const short = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 7 }).map((letters) => letters.join(''));
    const property = fc.property(short, short, (pattern, text) => {
      const exact = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`);
      expect(fitsPattern(pattern, text)).toBe(exact.test(text));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('a selector', () => {
  const node = labelsOf({ scope: 'node', key: 'n1' }, labelling({ pop: 'iad1', region: 'us-east', release: 'v2+c1' }));

  it('without labels fits everything, the fleet too', () => {
    expect(fitsSelector({}, {})).toBe(true);
    expect(fitsSelector({}, node)).toBe(true);
  });

  it('each label must fit, by one of its patterns', () => {
    expect(fitsSelector({ region: ['europe', 'us-*'], pop: ['iad1'] }, node)).toBe(true);
    expect(fitsSelector({ region: ['us-*'], pop: ['lhr*'] }, node)).toBe(false);
  });

  it('what lacks a label does not fit it, whatever the pattern', () => {
    expect(fitsSelector({ region: ['*'] }, labelsOf({ scope: 'fleet', key: 'fleet' }, labelling()))).toBe(false);
    expect(fitsSelector({ tier: ['*'] }, node)).toBe(false);
  });

  it('rule and severity are labels that the caller adds', () => {
    expect(
      fitsSelector({ rule: ['dns_*'], severity: ['warning'] }, { ...node, rule: 'dns_x', severity: 'warning' }),
    ).toBe(true);
    expect(fitsSelector({ rule: ['dns_*'] }, node)).toBe(false);
  });
});

describe('labels of a subject', () => {
  it.each([
    ['fleet', 'fleet', {}],
    ['partition', 'telemetry.outcomes/3', {}],
    ['region', 'us-east', { region: 'us-east' }],
    ['release', 'v2+c1', { release: 'v2+c1' }],
    ['release_region', 'v2+c1|us-east', { release: 'v2+c1', region: 'us-east' }],
    ['pop', 'iad1', { pop: 'iad1', region: 'us-east' }],
    ['node', 'n1', { node: 'n1', region: 'us-east' }],
    ['customer', 'bank', { customer: 'bank', tier: 'tier1' }],
    ['customer', 'gone', { customer: 'gone' }],
  ] as const)('%s %s', (scope, key, labels) => {
    expect(labelsOf({ scope, key }, labelling({ region: 'us-east' }))).toEqual(labels);
  });
});
