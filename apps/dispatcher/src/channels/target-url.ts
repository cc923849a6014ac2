const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads an address that we are told to send to: https, or http to this machine alone (a local receiver, a test), and no user or
 * password in it. Otherwise says what is wrong, never with the value: paths of webhooks are passwords.
 */
export const targetUrl = (value: string): URL | string => {
  if (!URL.canParse(value)) return 'not a URL';
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return 'user and password are not allowed';
  const isLocal = LOOPBACK.includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    return `expected https, or http to localhost, got ${url.protocol}//${url.hostname}`;
  return url;
};
