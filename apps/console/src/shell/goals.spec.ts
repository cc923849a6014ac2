import { readFileSync } from 'node:fs';
import { cutOf, findersOf, type Goals, goalsOf } from './goals.js';

const ROUTER = readFileSync('apps/console/src/router.tsx', 'utf8');
/** Every address that a page is at, with the names that it reads of a query where they stand in the router. */
const routes = ROUTER.split('createRoute({')
  .slice(1)
  .map((body) => ({ path: /path: '([^']+)'/.exec(body)?.[1] ?? '', body }));
const isRouted = (path: string): boolean =>
  routes.some((route) => new RegExp(`^${route.path.replaceAll(/\$\w+/g, '[^/]+')}$`).test(path));

const of = (hasNextPage: boolean): Goals =>
  ({
    incidents: {
      pageInfo: { hasNextPage },
      nodes: [{ incidentId: 'i/1', title: 'x', status: 'open', priority: 'P0' }],
    },
    rollouts: {
      pageInfo: { hasNextPage },
      nodes: [
        { rolloutId: 'r-1', service: 'dns', status: 'baking', release: { softwareVersion: 'v1', configRev: 'c1' } },
      ],
    },
    alerts: {
      pageInfo: { hasNextPage: false },
      nodes: [{ alertId: 'a 1', rule: 'latency_p99', scope: 'region', key: 'us-east', state: 'firing' }],
    },
    customers: {
      pageInfo: { hasNextPage },
      nodes: [{ customerId: 'united', name: 'United Airlines', tier: 'tier1', sector: 'airline' }],
    },
  }) as unknown as Goals;

describe('the goals of the palette', () => {
  it('are each at an address that has a page', () => {
    expect(routes.length).toBeGreaterThan(12);
    const addresses = goalsOf(of(false)).map(({ address }) => address);
    expect(addresses.slice(-4)).toEqual(['/incidents/i%2F1', '/rollouts/r-1', '/alerts/a%201', '/customers/united']);
    expect(addresses.filter((address) => !isRouted(address))).toEqual([]);
    expect(isRouted('/customer/united')).toBe(false);
  });

  it('are, of what was typed, pages that look for it among all, by a query that they read', () => {
    expect(findersOf('  ')).toEqual([]);
    const finders = findersOf(' United & Co ');
    expect(finders.map(({ address }) => address)).toEqual([
      '/customers?find=United%20%26%20Co',
      '/fleet?find=United%20%26%20Co',
    ]);
    for (const { address } of finders) {
      const { body } = routes.find(({ path }) => path === address.split('?')[0]) ?? { body: '' };
      const reads = /readCustomers/.test(body) ? /readCustomers = readTexts\(([^)]*)\)/.exec(ROUTER)?.[1] : body;
      expect(reads).toContain("'find'");
    }
  });

  it('are said to be of so many where there are more', () => {
    expect(cutOf(of(false))).toBeUndefined();
    expect(cutOf(of(true))).toBe(
      'Looked for among the first 1 incidents, 1 rollouts, 1 customers; there are more on their pages.',
    );
  });
});
