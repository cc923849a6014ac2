import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { decideCustomerEscalation } from './customer-escalation.decide.js';

/** Decides what the escalation signals of a tick change, in their order. */
export const decideCustomerEscalations = (draft: Draft, { view, escalationSignals }: Deciding): void => {
  for (const signal of escalationSignals) {
    const { escalations } = draft.state;
    const openCount = [...escalations.values()].filter(({ state }) => state === 'open').length;
    draft.add(decideCustomerEscalation(escalations.get(signal.escalationId), signal, openCount, view.at));
  }
};
