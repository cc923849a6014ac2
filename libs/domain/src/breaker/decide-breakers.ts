import type { Draft } from '../rule/draft.js';
import { decideBreakerTick } from './breaker.decide.js';

/** Lets time pass for the breaker of every service, before anything of the tick asks one. */
export const decideBreakers = (draft: Draft, at: number): void => {
  for (const breaker of draft.state.breakers.values()) draft.add(decideBreakerTick(breaker, at));
};
