import { CONSOLE_PAGES, isOpen } from './paths.js';

describe('an address that is open to everybody', () => {
  it.each(CONSOLE_PAGES)('is %s of the console, whatever it is asked with', (page) => {
    const path = page.replace(/:\w+$/, 'x%2Fy-1');
    expect([isOpen(path), isOpen(`${path}?from=1&to=2`)]).toEqual([true, true]);
  });

  it.each(['/healthz', '/readyz', '/v1/sign-in', '/assets/index-abc.js'])('is %s', (path) => {
    expect(isOpen(path)).toBe(true);
  });

  it.each([
    '/v1/fleet',
    '/v1/sign-in/x',
    '/graphql',
    '/docs',
    '/incidents/',
    '/incidents/i-1/x',
    '/rules/r-1',
    '/signed-in/x',
    '/assets',
    '//',
    '/*',
    '/v1',
    '',
  ])('is not %j', (path) => {
    expect(isOpen(path)).toBe(false);
  });
});
