import { FLEET_KEY, TICK_MS } from '#contracts';
import type { Alert, Assessment } from '../alert/alert.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { JudgedNode } from './judged-fleet.js';
import { ALERT_MIN_MS } from './node-recovery.js';
import type { OpenAlerts } from './open-alerts.js';
import { addAlert, presenceReason } from './presence-alert.js';
import { DARK_MS, type Group, type GroupScope, isDown, silentGroups } from './silent-groups.js';

/** R9: a share of the inventory is silent. Fires for the fleet, a region, a release or a PoP, in the tick in which it is known. */
export const SILENT_SHARE = { name: 'silent_share', severity: 'critical' } as const;

/**
 * More than a tenth is no matter of single machines any more (the study's day: a quarter, known after 18 minutes), and a page for the
 * group is less noise than one for each node ...
 */
const SHARE_MAX = 0.1;
/** ... where it is three nodes at least: two broken machines of a small PoP have alerts of their own. */
const NODES_MIN = 3;
/** Of those that reported when it fired, so many must report again. */
const BACK_SHARE = 0.95;

const shareOf = ({ silent, expected }: Group): number => (expected === 0 ? 0 : silent / expected);

const isBreached = (group: Group): boolean => group.silent >= NODES_MIN && shareOf(group) > SHARE_MAX;

const PLACE: Readonly<Record<GroupScope, (key: string) => string>> = {
  fleet: () => 'of the fleet',
  region: (key) => `in region ${key}`,
  release: (key) => `on release ${key}`,
  pop: (key) => `in PoP ${key}`,
};

const reasonOf = (group: Group, tick: number) => {
  const { subject, silent, live, expected } = group;
  const percent = 100 * shareOf(group);
  const place = PLACE[subject.scope as GroupScope](subject.key);
  const text = `${silent} of ${expected} nodes ${place} are silent or down (${percent.toFixed(1)} %)`;
  const numbers = { value: percent, threshold: 100 * SHARE_MAX, good: live, bad: silent };
  return presenceReason(SILENT_SHARE, text, tick, { ...numbers, coverage: expected === 0 ? 0 : live / expected });
};

/** Whether those that reported before it fired do so again; a release that left the fleet is judged by the fleet. */
const isOver = (group: Group, { reason, firedAtMs }: Alert, fleet: Group, at: number): boolean => {
  if (at - firedAtMs < ALERT_MIN_MS || shareOf(group) > SHARE_MAX) return false;
  if (group.live >= BACK_SHARE * (reason.good + reason.bad)) return true;
  return group.subject.scope === 'release' && group.silent === 0 && fleet.live >= BACK_SHARE * fleet.expected;
};

/** Fires and resolves the alerts on the silent share of the inventory. */
export const decideSilentShares = (
  draft: Draft,
  deciding: Deciding,
  judged: readonly JudgedNode[],
  open: OpenAlerts,
): void => {
  const { tick, at, activity } = deciding.view;
  // Most ticks have nothing to count.
  const isQuiet = activity.darkTicks(tick) * TICK_MS < DARK_MS && judged.every(({ verdict }) => !isDown(verdict));
  if (isQuiet && open.of(SILENT_SHARE).length === 0) return;
  const groups = silentGroups(deciding.view);
  const fleet = groups.find({ scope: 'fleet', key: FLEET_KEY });
  for (const group of groups.inOrder()) {
    if (!isBreached(group)) continue;
    const { subject } = group;
    const alert = open.find(SILENT_SHARE, subject);
    addAlert(draft, deciding, SILENT_SHARE, subject, alert, { is: 'breached', reason: reasonOf(group, tick) });
  }
  for (const alert of open.of(SILENT_SHARE)) {
    const group = groups.find(alert);
    const isClear = !isBreached(group) && isOver(group, alert, fleet, at);
    const assessment: Assessment = isClear ? { is: 'clear', reason: reasonOf(group, tick) } : { is: 'undecided' };
    addAlert(draft, deciding, SILENT_SHARE, alert, alert, assessment);
  }
};
