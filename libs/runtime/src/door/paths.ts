/** Asked by probes and balancers, which hold no key, and by the console before anybody has signed in. */
const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/v1/sign-in']);
/** Where an issuer of tokens sends a browser back to, with a code. */
export const CONSOLE_SIGNED_IN = '/signed-in';
/** Addresses of the console, which asks for a key itself; there is nothing in its page. */
export const CONSOLE_PAGES: readonly string[] = [
  '/',
  CONSOLE_SIGNED_IN,
  '/incidents',
  '/incidents/:id',
  '/rollouts',
  '/rollouts/:id',
  '/automation',
  '/alerts',
  '/alerts/:id',
  '/rules',
  '/customers',
  '/customers/:id',
  '/fleet',
  '/fleet/:id',
  '/on-call',
  '/deliveries',
  '/replay',
  '/audit',
  '/audit/:position',
];
/** Where the scripts and styles of the console lie. */
export const CONSOLE_PARTS = '/assets/';
/** What comes with its own proof: a routing key in the body, a signature over it, a signed link. The route looks at it. */
const PROVED: readonly string[] = ['/v2/enqueue', '/v2/change/enqueue', '/v1/callbacks/', '/act/'];
/** Answered in the words of another program, also where the body is no JSON. */
const AS_OTHERS: readonly string[] = ['/api/v2/'];
/** What a person opens by its address. */
const PAGES: ReadonlySet<string> = new Set(['/docs', '/openapi.json']);

const isOf = (paths: readonly string[], path: string): boolean =>
  paths.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)));

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

const CONSOLE = new Set(CONSOLE_PAGES.map((page) => page.replace(/:\w+$/, '*')));
/** With one id at the most, which may be anything but empty. */
const isOfConsole = (path: string): boolean =>
  CONSOLE.has(path) || path.startsWith(CONSOLE_PARTS) || CONSOLE.has(path.replace(/^(\/[^/]+)\/[^/]+$/, '$1/*'));

/** Whether an address is open to everybody. */
export const isOpen = (url: string): boolean => OPEN.has(pathOf(url)) || isOfConsole(pathOf(url));
/** Whether what is sent to an address proves itself, without a key. */
export const isProved = (url: string): boolean => isOf(PROVED, pathOf(url));
/** Whether an address speaks the words of another program. */
export const speaksAsOthers = (url: string): boolean => isOf(AS_OTHERS, pathOf(url));
/** Whether an address is a page that a browser asks for by itself. */
export const isPage = (url: string): boolean => PAGES.has(pathOf(url));
