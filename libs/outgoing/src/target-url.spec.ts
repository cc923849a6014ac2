import { targetUrl } from './target-url.js';

describe('targetUrl', () => {
  it.each([
    'https://events.pagerduty.com',
    'https://example.com:8443/hook',
    'https://1.1.1.1/',
    'https://[2606:4700::1111]/',
    'http://127.0.0.1:8123/x',
    'http://localhost:1/',
    'http://[::1]:9/',
  ])('takes %s', (value) => {
    expect(String(targetUrl(value))).toContain(value);
    expect(targetUrl(value)).toBeInstanceOf(URL);
  });

  it.each([
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'http://localhost.example.com/',
    'http://127.0.0.2/',
    'http://1.1.1.1/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'gopher://localhost/',
    'https://u:p@example.com/',
    'https://u@example.com/',
    'example.com',
    '',
    'https://',
    'https://127.0.0.2/',
    'https://0.0.0.0/',
    'https://0/',
    'https://10.1/',
    'https://0xa.1/',
    'https://012.0.0.1/',
    'https://167772161/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0xa9fea9fe/',
    'https://192.168.1.1/',
    'https://192.168.1.1./',
    'https://①⑨②.168.1.1/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://[::]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[64:ff9b::169.254.169.254]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[2002:a00:1::]/',
    'https://255.255.255.255/',
  ])('refuses %s', (value) => {
    expect(targetUrl(value)).toEqual(expect.any(String));
  });

  it.each(['0x7f.1', '2130706433', '017700000001', '127.1', '127.0.0.1.'])(
    'takes %s for this machine, as a connection would',
    (host) => {
      expect(targetUrl(`http://${host}/`)).toEqual(new URL('http://127.0.0.1/'));
    },
  );

  it.each(['http://alertmanager:9093', 'http://10.0.0.5:9093', 'https://192.168.1.1/', 'http://[fd00::1]/'])(
    'takes %s where receivers may be private',
    (value) => {
      expect(targetUrl(value, true)).toBeInstanceOf(URL);
    },
  );

  it.each(['http://1.1.1.1/', 'http://169.254.169.254/', 'https://127.0.0.2/', 'https://[64:ff9b::10.0.0.1]/'])(
    'refuses %s though receivers may be private',
    (value) => {
      expect(targetUrl(value, true)).toEqual(expect.any(String));
    },
  );

  it('does not repeat the path, which may be a password', () => {
    expect(targetUrl('http://example.com/services/T0/secret')).toBe(
      'expected https, or http to localhost, got http://example.com',
    );
  });
});
