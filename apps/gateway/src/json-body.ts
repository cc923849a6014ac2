import { refuse, type Refusal } from '#contracts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A body that came as bytes, or was parsed already. */
export const parseJson = (body: unknown): { readonly value: unknown } | Refusal => {
  if (!Buffer.isBuffer(body)) return { value: body };
  try {
    return { value: JSON.parse(UTF8.decode(body)) };
  } catch {
    return refuse('BODY_UNPARSABLE', 'the body is not JSON');
  }
};
