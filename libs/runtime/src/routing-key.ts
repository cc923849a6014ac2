import { randomInt } from 'node:crypto';

/**
 * Senders that speak PagerDuty's Events API hold one word of 32 letters and digits and nothing else. The key of role `alerts` can be written
 * as one: the eight characters of its id, then the 24 of its secret. It is found by its id and compared with its hash, like every key.
 */

const ID_PREFIX = 'alerts-';
const FORM = /^([0-9a-f]{8})([A-Za-z0-9]{24})$/;
const ID_FORM = /^alerts-([0-9a-f]{8})$/;
/** 24 of 62 characters are 142 bits. */
const SECRET_CHARS = 24;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Makes a secret of a key that can be written as a routing key. */
export const newRoutingSecret = (): string =>
  Array.from({ length: SECRET_CHARS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** A key as a routing key; undefined where it has another form. */
export const routingKeyOf = (keyId: string, secret: string): string | undefined => {
  const written = `${ID_FORM.exec(keyId)?.[1] ?? ''}${secret}`;
  return FORM.test(written) ? written : undefined;
};

/** What `Authorization` would be; undefined where it is no routing key of ours. */
export const bearerOfRoutingKey = (routingKey: string): string | undefined => {
  const [, id, secret] = FORM.exec(routingKey) ?? [];
  return id === undefined || secret === undefined ? undefined : `Bearer ${ID_PREFIX}${id}.${secret}`;
};
