import { PROBLEMS } from '#contracts';
import { isOpen } from '../door/paths.js';
import type { Entrance } from '../entrances.js';
import { isTaggedPath } from '../entity-tag.js';
import { isKeyed } from './refusals.js';
import { isMedia } from './speaks.js';

const string = { type: 'string' } as const;

/** Headers of requests, by the name under which the document has them. */
export const REQUEST_HEADERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    description:
      'The same key with the same request does it once within a day: 1 to 128 visible ASCII characters, in quotes or not.',
    schema: { ...string, minLength: 1, maxLength: 130 },
  },
  IfMatch: {
    name: 'If-Match',
    description: 'The ETag of the thing as it was seen, or `*`: the act is refused where the thing has changed since.',
    schema: string,
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    description: 'The ETag of an answer that is at hand: 304 where it would be the same.',
    schema: string,
  },
} as const;

/** Headers of answers, by the name under which the document has them. */
export const ANSWER_HEADERS = {
  RequestId: { name: 'X-Request-Id', description: 'The request, as the logs and a problem document name it.' },
  ETag: {
    name: 'ETag',
    description: 'Of a thing that people act on `"<version>.<hash>"`, for `If-Match`; of anything else weak.',
  },
  Link: { name: 'Link', description: '`<…>; rel="next"` (RFC 8288), where the list goes on.' },
  Location: { name: 'Location', description: 'Where the new thing is, or what becomes of what was asked for.' },
  RetryAfter: { name: 'Retry-After', description: 'After how many seconds to send again.' },
  RateLimit: {
    name: 'RateLimit',
    description: 'What may still come: `"<class>";r=<requests>;t=<seconds>` (draft-ietf-httpapi-ratelimit-headers-10).',
  },
  RateLimitPolicy: { name: 'RateLimit-Policy', description: 'What may come: `"<class>";q=<requests>;w=<seconds>`.' },
} as const;

/** A header of answers. */
export type AnswerHeader = keyof typeof ANSWER_HEADERS;
/** A header of requests. */
export type RequestHeader = keyof typeof REQUEST_HEADERS;

const isTagged = ({ name }: Entrance): boolean => {
  const [method, path = ''] = name.split(' ');
  return method === 'GET' && isTaggedPath(path);
};

const goesOn = ({ speaks }: Entrance): boolean =>
  speaks !== undefined && speaks.answer !== 'nothing' && !isMedia(speaks.answer) && 'shape' in speaks.answer
    ? 'next' in (speaks.answer.shape as object)
    : false;

/** The headers that a route reads of a request. */
export const requestHeadersOf = (entrance: Entrance): readonly RequestHeader[] => [
  ...(isKeyed(entrance) ? (['IdempotencyKey'] as const) : []),
  ...(entrance.speaks?.matches === true ? (['IfMatch'] as const) : []),
  ...(isTagged(entrance) ? (['IfNoneMatch'] as const) : []),
];

const RATES = ['RateLimit', 'RateLimitPolicy'] as const;

/** Who shows the token of `/metrics` is not counted: the watching must not be refused where it is needed most. */
const mayBeUncounted = ({ name }: Entrance): boolean => name === 'GET /metrics';

const always = (entrance: Entrance): readonly AnswerHeader[] =>
  isOpen(entrance.name.split(' ')[1] ?? '') || mayBeUncounted(entrance) ? ['RequestId'] : ['RequestId', ...RATES];

/** Statuses after which a request may be sent again as it is: `Retry-After` says when. */
const AGAIN: ReadonlySet<number> = new Set([PROBLEMS.RATE_LIMITED.status, PROBLEMS.DATABASE_UNAVAILABLE.status]);

/** The headers that an answer of a status always has. */
export const headersOf = (entrance: Entrance, status: number): readonly AnswerHeader[] => {
  const { speaks, status: good } = entrance;
  const isTaggedAnswer = isTagged(entrance) && (status === good || status === 304);
  return [
    ...always(entrance),
    ...(isTaggedAnswer ? (['ETag'] as const) : []),
    ...(status === good && speaks?.located === true ? (['Location'] as const) : []),
  ];
};

/** The headers that an answer of a status may have beside those. */
export const furtherHeadersOf = (entrance: Entrance, status: number): readonly AnswerHeader[] => [
  ...(entrance.name.startsWith('GET ') && status === 200 && goesOn(entrance) ? (['Link'] as const) : []),
  ...(AGAIN.has(status) ? (['RetryAfter'] as const) : []),
  ...(mayBeUncounted(entrance) ? RATES : []),
];
