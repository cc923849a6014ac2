import { canonicalJson } from '#contracts';

// PostgreSQL stores neither U+0000 nor half a surrogate pair in text or jsonb. What receivers and nodes answer may hold them,
// and an event must not be refused for ever because of one character.
const UNSTORABLE = /[\0\ud800-\udfff]/gu;

/** Text that PostgreSQL can store: characters that it cannot hold become U+FFFD. */
export const storableText = (text: string): string => text.replace(UNSTORABLE, '\ufffd');

/** SQLSTATE `character_not_in_repertoire`. */
const NO_CHARACTER = '22021';

/** Whether PostgreSQL could not even read the text it was asked about: nothing it stores has such a name. */
export const isUnstorable = (error: unknown): boolean =>
  (error as { code?: unknown } | null | undefined)?.code === NO_CHARACTER;

const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storable);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]));
};

/** Canonical JSON that a jsonb column gives back unchanged. */
export const storableJson = (value: unknown): string => canonicalJson(storable(value));
