import { graphql, type ResultOf } from '../api/graphql.js';
import { words } from '../ui/words.js';
import type { Goal } from './found.js';
import { PAGES } from './pages.js';

/** What can be gone to by name: the newest of what changes, and customers as many as one answer holds. */
export const GOALS = graphql(`
  query Goals {
    incidents(first: 50) {
      pageInfo {
        hasNextPage
      }
      nodes {
        incidentId
        title
        status
        priority
      }
    }
    rollouts(first: 50) {
      pageInfo {
        hasNextPage
      }
      nodes {
        rolloutId
        service
        status
        release {
          softwareVersion
          configRev
        }
      }
    }
    alerts(first: 100) {
      pageInfo {
        hasNextPage
      }
      nodes {
        alertId
        rule
        scope
        key
        state
      }
    }
    customers(first: 500) {
      pageInfo {
        hasNextPage
      }
      nodes {
        customerId
        name
        tier
        sector
      }
    }
  }
`);

/** What is there to go to, as the API says it. */
export type Goals = ResultOf<typeof GOALS>;

/** The pages of the bar. */
export const PAGE_GOALS: readonly Goal[] = PAGES.map(({ to, name, letter }) => ({
  kind: 'page',
  name,
  detail: `g ${letter}`,
  address: to,
}));

const under = (page: string, id: string): string => `${page}/${encodeURIComponent(id)}`;

/** Everything that was read, as goals. */
export const goalsOf = ({ incidents, rollouts, alerts, customers }: Goals): readonly Goal[] => [
  ...PAGE_GOALS,
  ...incidents.nodes.map(({ incidentId, title, status, priority }) => ({
    kind: 'incident',
    name: title,
    detail: [status, priority].filter(Boolean).join(', '),
    address: under('/incidents', incidentId),
  })),
  ...rollouts.nodes.map(({ rolloutId, service, status, release }) => ({
    kind: 'rollout',
    name: `${service} ${release.softwareVersion}+${release.configRev}`,
    detail: words(status),
    address: under('/rollouts', rolloutId),
  })),
  ...alerts.nodes.map(({ alertId, rule, scope, key, state }) => ({
    kind: 'alert',
    name: words(rule),
    detail: `${scope === key ? key : `${words(scope)} ${key}`}, ${state}`,
    address: under('/alerts', alertId),
  })),
  ...customers.nodes.map(({ customerId, name, tier, sector }) => ({
    kind: 'customer',
    name,
    detail: [customerId, `tier ${tier.replace('tier', '')}`, sector].filter(Boolean).join(', '),
    address: under('/customers', customerId),
  })),
];

/** Pages that find what is typed among all of a kind, which the palette does not read. */
const FINDING = [
  { kind: 'customers', page: '/customers' },
  { kind: 'nodes', page: '/fleet' },
] as const;

/** Where all customers and nodes are looked through for what was typed; nothing is typed: nowhere. */
export const findersOf = (typed: string): readonly Goal[] =>
  typed.trim() === ''
    ? []
    : FINDING.map(({ kind, page }) => ({
        kind,
        name: `all whose name has “${typed.trim()}”`,
        detail: page,
        address: `${page}?find=${encodeURIComponent(typed.trim())}`,
      }));

/** Of what there is more than was looked through, and of how many of it; undefined: it was all. */
export const cutOf = (goals: Goals): string | undefined => {
  const cut = (['incidents', 'rollouts', 'alerts', 'customers'] as const).flatMap((kind) =>
    goals[kind].pageInfo.hasNextPage ? [`${goals[kind].nodes.length} ${kind}`] : [],
  );
  return cut.length === 0 ? undefined : `Looked for among the first ${cut.join(', ')}; there are more on their pages.`;
};
