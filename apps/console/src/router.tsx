import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { readAuditSearch } from './audit/audit-search.js';
import { Now } from './now/now.js';
import { readReplaySearch } from './replay/replay-search.js';
import { Shell } from './shell/shell.js';
import { readRange } from './time/range.js';
import { readTexts } from './ui/address.js';
import { lazyPart, MissingPage } from './ui/lazy-part.js';

const root = createRootRoute({ component: Shell });
const getParentRoute = () => root;

const readCustomers = readTexts('find', 'tier', 'sector', 'hurt', 'order');

/** The page Now comes with the console; every other one when it is opened, or pointed at. */
const routes = [
  createRoute({ getParentRoute, path: '/', validateSearch: readRange, component: Now }),
  createRoute({
    getParentRoute,
    path: '/incidents',
    component: lazyPart(async () => (await import('./incident/incidents-page.js')).IncidentsPage),
  }),
  createRoute({
    getParentRoute,
    path: '/incidents/$id',
    component: lazyPart(async () => (await import('./incident/incident-page.js')).IncidentPage),
  }),
  createRoute({
    getParentRoute,
    path: '/rollouts',
    component: lazyPart(async () => (await import('./rollouts/rollouts-page.js')).RolloutsPage),
  }),
  createRoute({
    getParentRoute,
    path: '/rollouts/$id',
    component: lazyPart(async () => (await import('./rollouts/rollout-page.js')).RolloutPage),
  }),
  createRoute({
    getParentRoute,
    path: '/automation',
    component: lazyPart(async () => (await import('./automation/automation-page.js')).AutomationPage),
  }),
  createRoute({
    getParentRoute,
    path: '/deliveries',
    validateSearch: readTexts('status', 'channel', 'incident'),
    component: lazyPart(async () => (await import('./deliveries/deliveries-page.js')).DeliveriesPage),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts',
    component: lazyPart(async () => (await import('./alerts/alerts-page.js')).AlertsPage),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts/$id',
    validateSearch: readRange,
    component: lazyPart(async () => (await import('./alerts/alert-page.js')).AlertPage),
  }),
  createRoute({
    getParentRoute,
    path: '/rules',
    validateSearch: readTexts('rule', 'subject', 'at'),
    component: lazyPart(async () => (await import('./rules/rules-page.js')).RulesPage),
  }),
  createRoute({
    getParentRoute,
    path: '/customers',
    validateSearch: (search: Record<string, unknown>) => ({ ...readRange(search), ...readCustomers(search) }),
    component: lazyPart(async () => (await import('./customers/customers-page.js')).CustomersPage),
  }),
  createRoute({
    getParentRoute,
    path: '/customers/$id',
    validateSearch: readRange,
    component: lazyPart(async () => (await import('./customers/customer-page.js')).CustomerPage),
  }),
  createRoute({
    getParentRoute,
    path: '/fleet',
    validateSearch: readTexts('find', 'pop', 'region', 'presence', 'order'),
    component: lazyPart(async () => (await import('./fleet/fleet-page.js')).FleetPage),
  }),
  createRoute({
    getParentRoute,
    path: '/fleet/$id',
    validateSearch: readRange,
    component: lazyPart(async () => (await import('./fleet/node-page.js')).NodePage),
  }),
  createRoute({
    getParentRoute,
    path: '/on-call',
    component: lazyPart(async () => (await import('./on-call/on-call-page.js')).OnCallPage),
  }),
  createRoute({
    getParentRoute,
    path: '/audit',
    validateSearch: readAuditSearch,
    component: lazyPart(async () => (await import('./audit/audit-page.js')).AuditPage),
  }),
  createRoute({
    getParentRoute,
    path: '/audit/$position',
    component: lazyPart(async () => (await import('./audit/act-page.js')).ActPage),
  }),
  createRoute({
    getParentRoute,
    path: '/replay',
    validateSearch: readReplaySearch,
    component: lazyPart(async () => (await import('./replay/replay-page.js')).ReplayPage),
  }),
] as const;

/** Every page by its address. */
export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  defaultErrorComponent: MissingPage,
  // Another incident is another page: nothing that was said or begun of one stands under the address of the other.
  defaultRemountDeps: ({ params }) => params,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
