import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { judgeFleet } from './judged-fleet.js';
import { decideNodeAlerts } from './node-alerts.decide.js';
import { OpenAlerts } from './open-alerts.js';
import { decideRestartLoops } from './restart-loop.decide.js';
import { decideSilentShares } from './silent-share.decide.js';

/**
 * Decides what a tick says of the presence of every node. Groups go first: where a PoP falls silent in one tick, its alert opens the
 * incident and those of its nodes join it.
 */
export const decidePresence = (draft: Draft, deciding: Deciding): void => {
  const judged = judgeFleet(deciding.view);
  const open = new OpenAlerts(draft.state.alerts.values());
  decideSilentShares(draft, deciding, judged, open);
  decideRestartLoops(draft, deciding, judged, open);
  decideNodeAlerts(draft, deciding, judged, open);
};
