import type { z } from 'zod';
import { type Batch, refuse, refuseAll, type Refusal } from '#contracts';

/** What the largest batch may hold; a longer list is refused as a whole. */
const ITEMS_MAX = 1_000;

const batchOf = (body: unknown, list: string | undefined): Batch | undefined => {
  const sent: unknown = list === undefined ? undefined : (body as Readonly<Record<string, unknown>> | null)?.[list];
  if (list === undefined || !Array.isArray(sent) || sent.length > ITEMS_MAX) return undefined;
  return { list, items: sent.length };
};

/** Twice the longest list that any body may hold, an audience: each item that does not fit is a fault with a text, and half a million are memory. */
const LIST_MAX = 20_000;

const tooLong = (body: unknown): string | undefined =>
  typeof body !== 'object' || body === null
    ? undefined
    : Object.entries(body).find(([, value]) => Array.isArray(value) && value.length > LIST_MAX)?.[0];

/** A JSON body against its schema. Bytes were not JSON by their content type; what does not fit is named, item by item where `list` names a batch. */
export const readBody = <S extends z.ZodType>(schema: S, body: unknown, list?: string): z.output<S> | Refusal => {
  if (Buffer.isBuffer(body)) return refuse('CONTENT_TYPE_UNKNOWN', 'expected content-type: application/json');
  const long = tooLong(body);
  if (long !== undefined) return refuse('BODY_INVALID', `a list of more than ${LIST_MAX}`, `/${long}`);
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  return refuseAll(
    'BODY_INVALID',
    checked.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
    batchOf(body, list),
  );
};

/** Query parameters against their schema. */
export const readQuery = <S extends z.ZodType>(schema: S, query: unknown): z.output<S> | Refusal => {
  const checked = schema.safeParse(query);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  return refuse('QUERY_INVALID', issue?.message ?? 'invalid', String(issue?.path[0] ?? ''));
};
