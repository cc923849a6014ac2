import { event } from '#contracts';
import { decideCall } from '../action/call.decide.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { Override } from './override.js';

/** Who votes must know that there is something to vote on, and that it was in vain: a call each, above the page. */
const callFor = (draft: Draft, override: Override, step: 'vote' | 'expired', text: string, at: number): void => {
  const rollback = draft.state.rollbacks.get(override.rollbackId);
  const incident = [...draft.state.incidents.values()].find(
    ({ state, incidentId }) => state === 'open' && incidentId === rollback?.incidentId,
  );
  if (incident === undefined) return;
  const of = { rollbackId: override.rollbackId, step };
  const because = `override of ${[...override.rails].join(', ')}, asked for by ${override.by}: ${text}`;
  draft.add(decideCall(incident, { to: 'vp', rollback: of, alertId: incident.root.alertId, because, at }));
};

/** What a tick says of overrides that wait for votes: that they wait, once for each rollback, and that their time is over (RAIL-13). */
export const decideOverrides = (draft: Draft, { view }: Deciding): void => {
  const { at } = view;
  for (const override of draft.state.overrides.values()) {
    if (override.state !== 'requested') continue;
    const { overrideId, comment, votes, expiresAtMs } = override;
    if (at < expiresAtMs) {
      callFor(draft, override, 'vote', `three votes are needed within 10 min: ${comment}`, at);
      continue;
    }
    const because = `${votes.size} of 3 votes within 10 min`;
    draft.add([event('OverrideExpired', { overrideId, because, at })]);
    callFor(draft, override, 'expired', because, at);
  }
};
