/** Asked by probes and balancers, which hold no key. */
const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
/** What comes with its own proof: a routing key in the body, a signature over it, a signed link. The route looks at it. */
const PROVED: readonly string[] = ['/v2/enqueue', '/v2/change/enqueue', '/v1/callbacks/', '/act/'];
/** Answered in the words of another program, also where the body is no JSON. */
const AS_OTHERS: readonly string[] = ['/api/v2/'];
/** What a person opens by its address. */
const PAGES: ReadonlySet<string> = new Set(['/docs', '/openapi.json']);

const isOf = (paths: readonly string[], path: string): boolean =>
  paths.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)));

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** Whether an address is open to everybody. */
export const isOpen = (url: string): boolean => OPEN.has(pathOf(url));
/** Whether what is sent to an address proves itself, without a key. */
export const isProved = (url: string): boolean => isOf(PROVED, pathOf(url));
/** Whether an address speaks the words of another program. */
export const speaksAsOthers = (url: string): boolean => isOf(AS_OTHERS, pathOf(url));
/** Whether an address is a page that a browser asks for by itself. */
export const isPage = (url: string): boolean => PAGES.has(pathOf(url));
