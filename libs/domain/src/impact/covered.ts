import { type Covered, COVERED_MAX, COVERED_SCOPES, FLEET_KEY, type Impact } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { isExternal } from '../external-alert/external-alert.js';
import type { Incident } from '../incident/incident.js';
import type { AlertSubject } from '../rule/rule.js';
import type { TickView } from '../rule/tick-view.js';
import { impactOf } from './impact.js';
import { type ImpactParts, impactParts } from './impact-parts.js';

/** The impact an incident tells is that of the last minute, as R27 judges it. */
export const IMPACT_WINDOW_MS = 60_000;

/** All customers of the fleet. */
export const WHOLE_FLEET: readonly Covered[] = [{ scope: 'fleet', key: FLEET_KEY }];

const SCOPES: ReadonlySet<string> = new Set(COVERED_SCOPES);
const isCountable = (subject: AlertSubject): subject is Covered => SCOPES.has(subject.scope);

/**
 * Whose customers the impact of a subject counts, with what joined it: of a PoP, a node or a partition nobody counts customers, so
 * they are the fleet's; one that joined stands within the first in any case (it joins by its place). So is what has a fleet in it, or
 * more subjects than an event may hold. What another system says counts nobody.
 */
export const coveredBy = (first: AlertSubject, joined: readonly AlertSubject[] = []): readonly Covered[] => {
  if (isExternal(first)) return [];
  if (!isCountable(first)) return WHOLE_FLEET;
  const covers = new Map<string, Covered>();
  for (const { scope, key } of [first, ...joined.filter(isCountable)]) covers.set(`${scope}/${key}`, { scope, key });
  const all = [...covers.values()];
  return all.length > COVERED_MAX || all.some(({ scope }) => scope === 'fleet') ? WHOLE_FLEET : all;
};

/** What an incident is about now: its root, and those of its open alerts that no other alert explains, as they joined. */
export const coveredByIncident = (
  { subject, alertIds }: Incident,
  alerts: ReadonlyMap<string, Alert>,
  isExplained: (alertId: string) => boolean,
): readonly Covered[] =>
  coveredBy(
    subject,
    [...alertIds].flatMap((alertId) => (isExplained(alertId) ? [] : (alerts.get(alertId) ?? []))),
  );

/** What an impact that was told counted. */
export const coversOf = ({ covers }: Pick<Impact, 'covers'>): readonly Covered[] => covers ?? WHOLE_FLEET;

/** Whom it hurts in the last minute, by what is covered; of an incident about the fleet that is not said. */
export const readImpact = (covers: readonly Covered[], { scope }: AlertSubject, view: TickView): Impact => {
  const { affected, endSlot } = view;
  const impact = impactOf(affected.covered(covers, IMPACT_WINDOW_MS, endSlot), affected.settings);
  return scope === 'fleet' ? impact : { ...impact, covers: [...covers] };
};

/** Where it hurts, and in which business. */
export const readParts = (covers: readonly Covered[], { affected, placement, endSlot }: TickView): ImpactParts =>
  impactParts(affected, covers, placement.keys(), IMPACT_WINDOW_MS, endSlot);
