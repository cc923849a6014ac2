import type { z } from 'zod';
import { refuse, refuseAll, type Refusal } from '#contracts';

/** A JSON body against its schema. Bytes were not JSON by their content type; the first thing that does not fit is named. */
export const readBody = <S extends z.ZodType>(schema: S, body: unknown): z.output<S> | Refusal => {
  if (Buffer.isBuffer(body)) return refuse('CONTENT_TYPE_UNKNOWN', 'expected content-type: application/json');
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  return refuseAll(
    'BODY_INVALID',
    checked.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  );
};

/** Query parameters against their schema. */
export const readQuery = <S extends z.ZodType>(schema: S, query: unknown): z.output<S> | Refusal => {
  const checked = schema.safeParse(query);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  return refuse('QUERY_INVALID', issue?.message ?? 'invalid', String(issue?.path[0] ?? ''));
};
