import type { FastifyRequest } from 'fastify';
import type { Principal } from '#contracts';
import { onTerms } from './request-terms.js';

const caller = { keyId: 'k', subject: 'key:k', name: 'ann', role: 'operator' } as Principal;
const request = (headers: Readonly<Record<string, string>>, more: object = {}) =>
  ({ method: 'POST', url: '/v1/silences', headers, body: { a: 1, b: 2 }, ...more }) as unknown as FastifyRequest;
const terms = (headers: Readonly<Record<string, string>>, more?: object) => {
  const on = onTerms(caller, request(headers, more));
  return 'refused' in on ? on : on.terms;
};

describe('the terms of a request', () => {
  it('are none where none are said', () => expect(terms({})).toBeUndefined());

  it.each([
    ['*', 'any'],
    ['"3.0af"', [3]],
    ['"3.0af", "12.9f"', [3, 12]],
    // What cannot be read, and what is weak, is no version that the thing could have.
    ['W/"3.0af"', []],
    ['"abc"', []],
    ['3', []],
  ])('If-Match: %s', (header, ifMatch) => expect(terms({ 'if-match': header })).toEqual({ ifMatch }));

  it('a body that is nested deeper than anybody can walk is refused', () => {
    const body: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(terms({ 'idempotency-key': 'k-1' }, { body })).toMatchObject({ refused: 'BODY_INVALID' });
  });

  it('a key is the same with and without quotes, and the request is known by its method, path and body', () => {
    const plain = terms({ 'idempotency-key': 'k-1' });
    expect(plain).toMatchObject({
      once: { subject: 'key:k', key: 'k-1', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(terms({ 'idempotency-key': '"k-1"' })).toEqual(plain);
    expect(terms({ 'idempotency-key': 'k-1' }, { body: { b: 2, a: 1 } })).toEqual(plain);
    for (const other of [{ body: { a: 2, b: 2 } }, { url: '/v1/silences?x=1' }, { body: undefined }])
      expect(terms({ 'idempotency-key': 'k-1' }, other)).not.toEqual(plain);
    expect(terms({ 'idempotency-key': 'k-1' }, { method: 'DELETE' })).not.toEqual(plain);
    expect(terms({ 'idempotency-key': 'k-1' }, { method: 'GET' })).toBeUndefined();
  });

  it.each(['', 'a b', 'é', 'x'.repeat(129)])('a key %j is refused', (key) =>
    expect(terms({ 'idempotency-key': key })).toMatchObject({ refused: 'BODY_INVALID' }),
  );
});
