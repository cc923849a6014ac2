import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, isRefusal, type Principal, refuse, type Refusal, type RequestTerms } from '#contracts';

/** What changes something, and may name a key: of the rest a repeat does no harm. */
const KEYED_METHODS: ReadonlySet<string> = new Set(['POST', 'DELETE']);
/** Visible ASCII but for quotes, as keys are written: a uuid has 36 characters. */
const KEY = /^[\x21\x23-\x7e]{1,128}$/;
/** Most entity tags of one `If-Match`: a client saw one, or a few in a row. */
const TAGS_MAX = 20;
/** `"12.9f3ab…"`: the version of the thing's stream, then what the answer was. Weak tags fit nothing here (RFC 9110, 13.1.1). */
const TAG = /^"(\d{1,15})\.[0-9a-f]+"$/;

/** Which request it is, for whoever sends it again: SHA-256, hex, over what is asked for. */
export const requestHash = (asked: string, body: unknown): string =>
  createHash('sha256')
    .update(`${asked}\n`)
    .update(Buffer.isBuffer(body) ? body : canonicalJson(body ?? null))
    .digest('hex');

/** A body of ten thousand brackets is JSON, and deeper than whoever walks it can go. */
const hashOf = (asked: string, body: unknown): string | Refusal => {
  try {
    return requestHash(asked, body);
  } catch (error) {
    if (error instanceof RangeError) return refuse('BODY_INVALID', 'the body is nested too deep');
    throw error;
  }
};

/**
 * The same caller, whose request is done once under a key, however often it is sent: `asked` and `body` are all that it asks for. A key of
 * 1 to 128 visible characters; anything else is refused.
 */
export const onceBy = (caller: Principal, key: string, asked: string, body: unknown): Principal | Refusal => {
  if (!KEY.test(key))
    return refuse('BODY_INVALID', 'expected a key of 1 to 128 visible ASCII characters', 'idempotency-key');
  const hash = hashOf(asked, body);
  if (isRefusal(hash)) return hash;
  return { ...caller, terms: { ...caller.terms, once: { subject: caller.subject, key, hash } } };
};

const versionsOf = (header: string): RequestTerms['ifMatch'] => {
  if (header.trim() === '*') return 'any';
  const tags = header.split(',', TAGS_MAX + 1).slice(0, TAGS_MAX);
  return tags.flatMap((tag) => {
    const version = TAG.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
};

/**
 * A caller on the terms of an HTTP request: `If-Match`, and `Idempotency-Key` of what acts, with or without the quotes that
 * draft-ietf-httpapi-idempotency-key-header-07 asks for.
 */
export const onTerms = (caller: Principal, request: FastifyRequest): Principal | Refusal => {
  const { 'if-match': ifMatch, 'idempotency-key': key } = request.headers;
  const seen: Principal =
    ifMatch === undefined ? caller : { ...caller, terms: { ...caller.terms, ifMatch: versionsOf(ifMatch) ?? [] } };
  if (!KEYED_METHODS.has(request.method) || key === undefined) return seen;
  const bare = [key]
    .flat()
    .join(',')
    .replace(/^"(.*)"$/, '$1');
  return onceBy(seen, bare, `${request.method} ${request.url}`, request.body);
};
