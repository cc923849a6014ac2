/** The pages of the bar, in the order in which one needs them; a page is gone to by `g` and its letter. */
export const PAGES = [
  { to: '/', name: 'Now', letter: 'n' },
  { to: '/incidents', name: 'Incidents', letter: 'i' },
  { to: '/rollouts', name: 'Rollouts', letter: 'r' },
  { to: '/automation', name: 'Automation', letter: 'm' },
  { to: '/alerts', name: 'Alerts', letter: 'a' },
  { to: '/rules', name: 'Rules', letter: 'u' },
  { to: '/customers', name: 'Customers', letter: 'c' },
  { to: '/fleet', name: 'Fleet', letter: 'f' },
  { to: '/on-call', name: 'On call', letter: 'o' },
  { to: '/deliveries', name: 'Deliveries', letter: 'd' },
  { to: '/replay', name: 'Replay', letter: 'p' },
  { to: '/audit', name: 'Audit', letter: 'l' },
] as const;
