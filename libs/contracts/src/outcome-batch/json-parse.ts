import { isRefusal, refuse, type Refusal } from '../problem.js';

/** A JSON object whose fields nobody checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text of bytes. */
export const textOf = (bytes: Uint8Array): string | Refusal => {
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse('BODY_UNPARSABLE', 'the body is not UTF-8');
  }
};

/** Parses one JSON object; `at` names the place in a refusal. */
export const parseObject = (text: string, at: string): JsonObject | Refusal => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('BODY_UNPARSABLE', error instanceof Error ? error.message.slice(0, 200) : 'not JSON', at);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('BODY_UNPARSABLE', 'expected a JSON object', at);
  // A field `refused` would make the object pass for a refusal; no message of ours has one.
  return isRefusal(value) ? refuse('BODY_INVALID', 'there is no field `refused`', at) : (value as JsonObject);
};
