import { event, type EventOf, refuse, type Refusal } from '#contracts';
import type { Acting } from '../rule/acting.js';
import type { Redirect } from './redirect.js';

/** What an event says at most. */
const BECAUSE_MAX = 500;

/**
 * A person ends a redirect that stopped: a node that never answers clients again would keep it, and its incident, open for ever. What is
 * under way ends by itself.
 */
export const decideRedirectEnd = (
  redirect: Redirect | undefined,
  comment: string,
  { by, at }: Acting,
): readonly EventOf<'RedirectEnded'>[] | Refusal => {
  if (redirect === undefined) return refuse('NOT_FOUND', 'there is no such redirect');
  const { redirectId, state } = redirect;
  if (state === 'ended') return [];
  if (state !== 'stopped')
    return refuse('REDIRECT_NOT_STOPPED', `redirect ${redirectId} is ${state}: only one that stopped needs a person`);
  return [event('RedirectEnded', { redirectId, because: `${by}: ${comment}`.slice(0, BECAUSE_MAX), at })];
};
