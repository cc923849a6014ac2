import { targetUrl } from './target-url.js';

describe('targetUrl', () => {
  it.each(['https://events.pagerduty.com', 'http://127.0.0.1:8123/x', 'http://localhost:1/', 'http://[::1]:9/'])(
    'takes %s',
    (value) => {
      expect(String(targetUrl(value))).toContain(value);
      expect(targetUrl(value)).toBeInstanceOf(URL);
    },
  );

  it.each([
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'https://u:p@example.com/',
    'example.com',
    '',
  ])('refuses %s', (value) => {
    expect(targetUrl(value)).toEqual(expect.any(String));
  });

  it('does not repeat the path, which may be a password', () => {
    expect(targetUrl('http://example.com/services/T0/secret')).toBe(
      'expected https, or http to localhost, got http://example.com',
    );
  });
});
