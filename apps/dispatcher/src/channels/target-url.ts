const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads an address that we are told to send to: https, or http to this machine alone (a local receiver, a test), and no user or
 * password in it. Throws naming the setting, never its value: paths of webhooks are passwords.
 */
export const targetUrl = (setting: string, value: string): URL => {
  if (!URL.canParse(value)) throw new Error(`${setting}: not a URL`);
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') throw new Error(`${setting}: user and password are not allowed`);
  const isLocal = LOOPBACK.includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw new Error(`${setting}: expected https, or http to localhost, got ${url.protocol}//${url.hostname}`);
  return url;
};
