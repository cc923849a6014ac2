import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { Now } from './now/now.js';
import { Shell } from './shell/shell.js';

const root = createRootRoute({ component: Shell });
const now = createRoute({ getParentRoute: () => root, path: '/', component: Now });

/** Every page by its address. */
export const router = createRouter({ routeTree: root.addChildren([now]), defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
