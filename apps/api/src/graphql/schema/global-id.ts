/** The id of a thing among all things: base64url over its type and its own id. */
export const globalIdOf = (type: string, rawId: string): string =>
  Buffer.from(`${type}:${rawId}`).toString('base64url');

/** Longest global id that is read: a type, and the longest raw id, in base64url. */
const CHARS_MAX = 512;

/** What a global id names; undefined: it is none. */
export const readGlobalId = (id: string): { readonly type: string; readonly rawId: string } | undefined => {
  if (id.length > CHARS_MAX || !/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  const text = Buffer.from(id, 'base64url').toString();
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1 || globalIdOf(text.slice(0, colon), text.slice(colon + 1)) !== id)
    return undefined;
  return { type: text.slice(0, colon), rawId: text.slice(colon + 1) };
};
