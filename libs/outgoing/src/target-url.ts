import { namesLoopback, refusalOfHost } from './receiver-address.js';

/**
 * Reads an address that we are told to send to: https, or http to this machine alone (a local receiver, a test), and no user or
 * password in it. With `allowsPrivate` also http, since what is in a private network has no certificate; the connection then proves that
 * it is in one. Otherwise says what is wrong, never with the value: paths of webhooks are passwords.
 */
export const targetUrl = (value: string, allowsPrivate = false): URL | string => {
  if (!URL.canParse(value)) return 'not a URL';
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return 'user and password are not allowed';
  if (namesLoopback(url) && ['http:', 'https:'].includes(url.protocol)) return url;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowsPrivate))
    return `expected https, or http to localhost, got ${url.protocol}//${url.hostname}`;
  return refusalOfHost(url, allowsPrivate) ?? url;
};
