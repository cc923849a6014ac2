import type { Alert, Assessment } from '../alert/alert.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { AlertSubject } from '../rule/rule.js';
import type { TickView } from '../rule/tick-view.js';
import { FLEET_KEY, TICK_MS } from '#contracts';
import type { JudgedNode } from './judged-fleet.js';
import { NODE_OUTAGE, NODE_SILENT } from './node-alerts.decide.js';
import { ALERT_MIN_MS, isUnheard } from './node-recovery.js';
import type { NodeVerdict } from './node-verdict.decide.js';
import { addAlert, OpenAlerts, presenceReason } from './presence-alert.js';

/** R9: a share of the inventory is silent. Fires for the fleet, a region, a release or a PoP, in the tick in which it is known. */
export const SILENT_SHARE = { name: 'silent_share', severity: 'critical' } as const;

/**
 * More than a tenth is no matter of single machines any more (the study's day: a quarter, known after 18 minutes), and a page for the
 * group is less noise than one for each node ...
 */
const SHARE_MAX = 0.1;
/** ... where it is three nodes at least: two broken machines of a small PoP have alerts of their own. */
const NODES_MIN = 3;
/** When nobody at all reports, it is known after half a minute: a restart of Tocsin takes less, and R9 asks for 60 s. */
const DARK_MS = 30_000;
/** Of those that reported when it fired, so many must report again. */
const BACK_SHARE = 0.95;

interface Group {
  readonly subject: AlertSubject;
  expected: number;
  silent: number;
  live: number;
}

const NOWHERE = { region: undefined, release: undefined, pop: undefined } as const;

type GroupScope = 'fleet' | 'region' | 'release' | 'pop';

/** The order in which groups are decided: what fires first in a tick opens the incident that the others join. */
const SCOPES: readonly GroupScope[] = ['fleet', 'region', 'release', 'pop'];

/** Groups of the inventory and of every node that was heard of, with how many of each are silent. */
class Groups {
  private readonly groups = new Map<string, Group>();

  add(keys: Readonly<Record<GroupScope, string | undefined>>, state: 'silent' | 'live' | 'unseen'): void {
    for (const scope of SCOPES) {
      const key = keys[scope];
      if (key === undefined || key === '') continue;
      const id = `${scope}|${key}`;
      const group = this.groups.get(id) ?? { subject: { scope, key }, expected: 0, silent: 0, live: 0 };
      group.expected += 1;
      if (state === 'silent') group.silent += 1;
      if (state === 'live') group.live += 1;
      this.groups.set(id, group);
    }
  }

  find({ scope, key }: AlertSubject): Group {
    return this.groups.get(`${scope}|${key}`) ?? { subject: { scope, key }, expected: 0, silent: 0, live: 0 };
  }

  inOrder(): readonly Group[] {
    return [...this.groups.values()].toSorted(
      (a, b) =>
        SCOPES.indexOf(a.subject.scope as GroupScope) - SCOPES.indexOf(b.subject.scope as GroupScope) ||
        (a.subject.key < b.subject.key ? -1 : 1),
    );
  }
}

const isDown = ({ state }: NodeVerdict): boolean => state === 'outage' || state === 'unknown';

/**
 * Counts who is silent. A node of the inventory that never reported is `unseen`: it counts in what is expected, but begins no alert,
 * or an inventory that is registered before its nodes are started would page. One that was forgotten with an alert open is silent.
 */
const countGroups = (view: TickView, judged: readonly JudgedNode[], open: OpenAlerts): Groups => {
  const groups = new Groups();
  const paged = new Set([...open.of(NODE_OUTAGE), ...open.of(NODE_SILENT)].map(({ key }) => key));
  const isDark = view.activity.darkTicks(view.tick) * TICK_MS >= DARK_MS;
  const byId = new Map(judged.map((each) => [each.node.nodeId, each]));
  for (const { nodeId, pop, region } of view.fleet) {
    const known = byId.get(nodeId);
    byId.delete(nodeId);
    const keys = { fleet: FLEET_KEY, region, pop, release: known?.node.release };
    if (known === undefined) {
      groups.add(keys, paged.has(nodeId) ? 'silent' : 'unseen');
      continue;
    }
    if (isDark) {
      groups.add({ ...NOWHERE, fleet: FLEET_KEY }, 'silent');
      continue;
    }
    const isSilent = isDown(known.verdict) || (paged.has(nodeId) && known.evidence.rate !== 'normal');
    // Of whom nothing was heard for 10 s, as while the clock of the fleet stood still, nobody says that it is back (B4).
    groups.add(keys, isSilent ? 'silent' : isUnheard(known.node, view) ? 'unseen' : 'live');
  }
  return groups;
};

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
  const groups = countGroups(deciding.view, judged, open);
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
