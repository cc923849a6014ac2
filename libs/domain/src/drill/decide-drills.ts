import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { decideDrill } from './drill.decide.js';

/** Decides what the drill signals of a tick ask for, in their order. */
export const decideDrills = (draft: Draft, { view, drillSignals }: Deciding): void => {
  for (const signal of drillSignals) draft.add(decideDrill(draft.state.drills, signal, view.at));
};
