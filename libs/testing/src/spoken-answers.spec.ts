import { z } from 'zod';
import { ANSWER_HEADERS, type Entrance, furtherHeadersOf, headersOf } from '#runtime';
import { headersFault } from './spoken-answers.js';

const route = (name: string, speaks: Partial<Entrance['speaks']> = {}, status = 200): Entrance => ({
  name,
  needs: 'view',
  speaks: { id: 'x', summary: 'x', answer: z.object({ next: z.string().nullable() }), ...speaks },
  status,
});
const ALWAYS = { 'x-request-id': 'r', ratelimit: 'r', 'ratelimit-policy': 'p' };
const faultOf = (entrance: Entrance, status: number, headers: Readonly<Record<string, string>>, isProblem = false) =>
  headersFault(entrance, { status, isProblem, headers }, { ANSWER_HEADERS, furtherHeadersOf, headersOf });

describe('the headers of an answer', () => {
  const list = route('GET /v1/things');
  const act = route('POST /v1/things', { located: true }, 202);

  it('are those that its route names', () => {
    expect(faultOf(list, 200, { ...ALWAYS, etag: 'W/"1"', link: '<…>', 'content-type': 'x' })).toBeUndefined();
    expect(faultOf(list, 200, { ...ALWAYS, etag: 'W/"1"' })).toBeUndefined();
    expect(faultOf(list, 304, { ...ALWAYS, etag: 'W/"1"' })).toBeUndefined();
    expect(faultOf(act, 202, { ...ALWAYS, location: '/v1/things/1' })).toBeUndefined();
    expect(faultOf(act, 429, { ...ALWAYS, 'retry-after': '1' }, true)).toBeUndefined();
    expect(faultOf(route('GET /healthz'), 200, { 'x-request-id': 'r' })).toBeUndefined();
  });

  it.each([
    [list, 200, ALWAYS, false, 'answers 200 without ETag, which it names'],
    [list, 200, { etag: 'W/"1"', ratelimit: 'r' }, false, 'answers 200 without X-Request-Id, which it names'],
    [act, 202, ALWAYS, false, 'answers 202 without Location, which it names'],
    [act, 202, { ...ALWAYS, location: '/', etag: '"1.a"' }, false, 'answers 202 with ETag, which it does not name'],
    [act, 202, { ...ALWAYS, location: '/', link: '<…>' }, false, 'answers 202 with Link, which it does not name'],
    [act, 409, { ...ALWAYS, 'retry-after': '1' }, true, 'answers 409 with Retry-After, which it does not name'],
  ] as const)('are told where they are others', (entrance, status, headers, isProblem, fault) =>
    expect(faultOf(entrance, status, headers, isProblem)).toBe(fault),
  );
});
