/** An id that nobody else has; `crypto.randomUUID` is not there on a page that came unencrypted. */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
