import { found, type Goal, GOALS_MAX } from './found.js';

const goal = (kind: string, name: string, detail = ''): Goal => ({ kind, name, detail, address: `/${kind}/${name}` });
const GOALS = [
  goal('page', 'Incidents'),
  goal('incident', 'DNS success 23 % in us-east', 'open, P0'),
  goal('rollout', 'edge-dns v2.1.5+c42', 'halted'),
  goal('customer', 'United Airlines', 'airline, tier 1'),
  goal('customer', 'American Airlines', 'airline, tier 1'),
];
const names = (typed: string) => found(GOALS, typed).map(({ name }) => name);

describe('what is found', () => {
  it('is all of it, in its order, before anything is typed', () => {
    expect(names('  ')).toEqual(GOALS.map(({ name }) => name));
  });

  it('has every word that was typed, in whatever order and case', () => {
    expect(names('TIER airlines')).toEqual(['United Airlines', 'American Airlines']);
    expect(names('v2.1.5')).toEqual(['edge-dns v2.1.5+c42']);
    expect(names('airlines zone')).toEqual([]);
  });

  it('begins with what was typed before it only has it', () => {
    expect(names('am')).toEqual(['American Airlines']);
    expect(names('in')).toEqual(['Incidents', 'DNS success 23 % in us-east', 'United Airlines', 'American Airlines']);
  });

  it('is never more than one sees', () => {
    const many = Array.from({ length: 500 }, (_, index) => goal('customer', `customer ${index}`));
    expect(found(many, 'customer')).toHaveLength(GOALS_MAX);
  });
});
