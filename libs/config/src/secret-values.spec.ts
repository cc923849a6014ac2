import { keepIssued, keepSecret, withoutSecretValues } from './secret-values.js';

describe('a text without secrets', () => {
  it.each([
    ['a plain value', 'canary-plain-value', 'got canary-plain-value'],
    ['the secret behind a key id', 'admin.canary0secret0of0the0admin0key', 'hash canary0secret0of0the0admin0key'],
    ['the same, from a file with its line break', 'admin.canary0secret0of0a0file\n', 'Bearer canary0secret0of0a0file'],
    ['a password of an address', 'postgres://tocsin:canary%40password@db/tocsin', 'user tocsin, canary@password'],
    ['the same, as it is written there', 'postgres://tocsin:canary%41password@db/tocsin', 'canary%41password'],
    ['the path of a webhook', 'https://hooks.example.com/services/canary/path', 'POST /services/canary/path'],
    [
      'one of a list',
      'david=canary0routing0key0of0david,team=canary0routing0key0of0team',
      'canary0routing0key0of0team',
    ],
    ['a line of a key file', '-----BEGIN KEY-----\ncanary0line0of0base64\n-----END KEY-----', 'canary0line0of0base64'],
    ['one that JSON writes otherwise', 'canary"with\\signs', JSON.stringify('canary"with\\signs')],
  ])('shows nothing of %s', (_what, secret, text) => {
    keepSecret(secret);
    expect(withoutSecretValues(text)).not.toContain('canary');
  });

  it('shows no rest of a secret that begins as another does', () => {
    keepSecret('canary-short-one');
    keepSecret('canary-short-one-and-its-rest');
    expect(withoutSecretValues('got canary-short-one-and-its-rest')).toBe('got [redacted]');
  });

  it('keeps what is no secret, and words that are too short to be one', () => {
    keepSecret('short');
    keepSecret('kafka://kafka:9092');
    expect(withoutSecretValues('a short line of kafka:9092')).toBe('a short line of kafka:9092');
  });

  it('forgets what was made for others, the oldest first', () => {
    for (let made = 0; made < 300; made += 1) keepIssued(`issued-key-number-${made}-`);
    expect(withoutSecretValues('issued-key-number-299-')).toBe('[redacted]');
    expect(withoutSecretValues('issued-key-number-0-')).toBe('issued-key-number-0-');
  });
});
