import { type ProblemCode } from '#contracts';
import type { Entrance } from '../entrances.js';
import { isMedia } from './speaks.js';

/** What any request can end with: an act, too, waits for a lock no longer than a second. */
const ANY: readonly ProblemCode[] = ['NOT_FOUND', 'RATE_LIMITED', 'DATABASE_UNAVAILABLE', 'QUERY_TOO_SLOW', 'INTERNAL'];
/** Who must say who they are, and may not do everything. */
const KEYED: readonly ProblemCode[] = [
  'KEY_MISSING',
  'KEY_UNKNOWN',
  'KEY_EXPIRED',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'PERMISSION_DENIED',
];
const QUERIED: readonly ProblemCode[] = ['QUERY_INVALID', 'CURSOR_INVALID'];
/** A request with a body, which an act may have although it reads none. */
const SENT: readonly ProblemCode[] = ['BODY_UNPARSABLE', 'BODY_TOO_LARGE', 'CONTENT_TYPE_UNKNOWN', 'BODY_INVALID'];
/** What changes something: meanwhile somebody else did. */
const ACTING: readonly ProblemCode[] = ['CONFLICT', 'PRECONDITION_FAILED', 'LOG_UNAVAILABLE'];
/** What is done once under a key: the same was asked before. */
const KEYED_ONCE: readonly ProblemCode[] = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_ANSWERED'];

/** Whether a route is asked as what changes something is; some of these only read a body. */
export const isAct = (name: string): boolean => !/^(GET|HEAD|OPTIONS) /.test(name);

/** Whether a route reads an `Idempotency-Key`. */
export const isKeyed = ({ name, speaks }: Pick<Entrance, 'name' | 'speaks'>): boolean =>
  isAct(name) && speaks?.repeats === undefined;

/** Every code with which a route can refuse: those of its kind, and its own. */
export const refusalsOf = (entrance: Entrance): readonly ProblemCode[] => {
  const { name, needs, speaks } = entrance;
  const isSent = isAct(name) || (speaks?.body !== undefined && isMedia(speaks.body));
  return [
    ...new Set<ProblemCode>([
      ...ANY,
      ...(needs === 'public' ? [] : KEYED),
      ...(speaks?.query === undefined ? [] : QUERIED),
      ...(isSent ? SENT : []),
      ...(isSent && speaks?.repeats !== 'reads' ? ACTING : []),
      ...(isKeyed(entrance) ? KEYED_ONCE : []),
      ...(speaks?.refuses ?? []),
    ]),
  ].toSorted();
};
