import { PAGES } from './pages.js';

/** The keys of the console and what each does, as the help says it. */
export const KEYS = [
  ['?', 'this help'],
  ['Ctrl K', 'to anything by its name'],
  ...PAGES.map(({ letter, name }) => [`g ${letter}`, `to ${name}`] as const),
  ['j, k', 'the next row, the one before'],
  ['/', 'to the first field of the page, or to anything by its name'],
  ['t', 'to the time that the page shows'],
  ['a', 'opens the acknowledgement, which is then read and pressed'],
  ['p', 'holds the page still, and lets it go on'],
  ['Esc', 'closes a dialog'],
] as const;

/** After `g` the letter of a page is waited for so long; then it is a letter like any other. */
export const SECOND_KEY_MS = 1_500;

/** What a key moves to, or opens. */
export type Wish =
  | { readonly to: (typeof PAGES)[number]['to'] }
  | { readonly wish: 'help' | 'palette' | 'time' | 'acknowledge' | 'pause' | 'field' }
  | { readonly rows: 1 | -1 };

const WISHES: Readonly<Record<string, Wish>> = {
  '?': { wish: 'help' },
  j: { rows: 1 },
  k: { rows: -1 },
  '/': { wish: 'field' },
  t: { wish: 'time' },
  a: { wish: 'acknowledge' },
  p: { wish: 'pause' },
};

/** A key as it was pressed. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * What a key means. `isTyping`: it went into a field, where a letter is text; `sinceG`: ms since `g` was pressed. Ctrl-K is meant
 * everywhere, on a Mac with the other key; every other chord is the browser's.
 */
export const wishOf = (
  { key, ctrlKey, metaKey, altKey }: Pressed,
  isTyping: boolean,
  sinceG: number,
): Wish | undefined => {
  if (ctrlKey || metaKey) return key.toLowerCase() === 'k' && !altKey ? { wish: 'palette' } : undefined;
  if (altKey || isTyping) return undefined;
  const page = PAGES.find(({ letter }) => letter === key);
  if (page !== undefined && sinceG < SECOND_KEY_MS) return { to: page.to };
  return WISHES[key];
};
