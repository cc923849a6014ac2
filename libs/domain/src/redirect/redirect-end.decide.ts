import { event, type EventOf, isRefusal, refuse, type Refusal } from '#contracts';
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

/** What the end of a redirect by a person would do, before anybody ends it. */
export interface RedirectEndPreview {
  readonly redirectId: string;
  readonly incidentId: string;
  readonly state: Redirect['state'];
  /** Whether it would change anything: false where it has ended. */
  readonly isNew: boolean;
  /** Nodes that were told to come back and never said that they did: they stay as they are. */
  readonly away: readonly string[];
  /** In a sentence. */
  readonly effect: string;
}

/** Shows what ending a redirect would do now; refused as the end would be. */
export const previewRedirectEnd = (redirect: Redirect | undefined, acting: Acting): RedirectEndPreview | Refusal => {
  const decided = decideRedirectEnd(redirect, 'preview', acting);
  if (isRefusal(decided)) return decided;
  if (redirect === undefined) throw new Error('an end that is not refused has a redirect');
  const { redirectId, incidentId, state, plan, answers } = redirect;
  const isNew = decided.length > 0;
  const away = isNew ? (plan?.nodes ?? []).filter((nodeId) => answers.get(nodeId) !== 'done') : [];
  const left =
    away.length === 1
      ? '1 node that did not come back is left as it is'
      : `${away.length} nodes that did not come back are left as they are`;
  const effect = isNew
    ? `it is over without a command: ${left}, and incident ${incidentId} no longer waits for it`
    : 'nothing: it has ended';
  return { redirectId, incidentId, state, isNew, away, effect };
};
