import { KEYS, type Pressed, SECOND_KEY_MS, wishOf } from './keys.js';
import { PAGES } from './pages.js';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});
const LONG = Number.POSITIVE_INFINITY;

describe('a key', () => {
  it('goes to a page, where g came just before', () => {
    for (const { letter, to } of PAGES) expect(wishOf(press(letter), false, 100)).toEqual({ to });
    expect(wishOf(press('n'), false, SECOND_KEY_MS)).toBeUndefined();
  });

  it('is text in a field, but for the one that finds', () => {
    for (const key of ['?', 'a', 'j', '/', 't', 'p']) expect(wishOf(press(key), true, 10)).toBeUndefined();
    expect(wishOf(press('k', { ctrlKey: true }), true, LONG)).toEqual({ wish: 'palette' });
    expect(wishOf(press('K', { metaKey: true }), true, LONG)).toEqual({ wish: 'palette' });
  });

  it("is the browser's with another one", () => {
    expect(wishOf(press('a', { ctrlKey: true }), false, LONG)).toBeUndefined();
    expect(wishOf(press('t', { metaKey: true }), false, LONG)).toBeUndefined();
    expect(wishOf(press('a', { altKey: true }), false, LONG)).toBeUndefined();
  });

  it('opens the acknowledgement, which is alerts after g', () => {
    expect(wishOf(press('a'), false, LONG)).toEqual({ wish: 'acknowledge' });
    expect(wishOf(press('a'), false, 10)).toEqual({ to: '/alerts' });
  });

  it('is in the help, each once, and two pages never share one', () => {
    expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
    expect(new Set(PAGES.map(({ letter }) => letter)).size).toBe(PAGES.length);
  });
});
