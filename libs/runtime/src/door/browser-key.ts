import type { DoorStep } from './door-step.js';
import { isPage } from './paths.js';

/** Longer than any id and secret, and than tokens of large organisations, in base64. */
const BASIC = /^Basic ([A-Za-z0-9+/]{1,16384}={0,2})$/i;

/** The key in what a browser sends: its id as the name and its secret as the password, or whole as the password beside any name. */
const bearerOf = (basic: string): string => {
  const said = Buffer.from(basic, 'base64').toString();
  const at = said.indexOf(':');
  const [name, password] = [said.slice(0, at), said.slice(at + 1)];
  return `Bearer ${password.includes('.') ? password : `${name}.${password}`}`;
};

/**
 * A browser that opens a page can send no `Bearer`; it asks for name and password where it is told to, and sends them to whatever it asks
 * of this origin from then on, also for pages of others. So they are taken where something is read as a page, and nowhere else: no form of
 * another site acts with them.
 */
export const takeBrowserKey: DoorStep = ({ url, method, headers }) => {
  const basic =
    isPage(url) && (method === 'GET' || method === 'HEAD') ? BASIC.exec(headers.authorization ?? '')?.[1] : undefined;
  if (basic !== undefined) headers.authorization = bearerOf(basic);
  return undefined;
};

/** How somebody without a good key is asked for one, as `WWW-Authenticate`. */
export const challengeOf = (url: string): string =>
  isPage(url) ? 'Basic realm="Tocsin: the id and the secret of a key", charset="UTF-8"' : 'Bearer';
