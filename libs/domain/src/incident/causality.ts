import { type Rule, type Scope, SEVERITIES } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { AlertSubject } from '../rule/rule.js';
import type { Failures } from './failures.js';
import { releaseOfSubject } from './incident.js';
import { covers, isOfNodes, type PlaceOf } from './place.js';
import { depthOf, mayComeFrom, partOf } from './topology.js';

/** Share of a symptom's failures that a cause must bring to explain it. */
export const EXPLAINED_MIN = 0.8;
/** Below this it no longer explains what it explained: between the two nothing changes, so that a share at the line does not flap. */
export const EXPLAINED_STILL = 0.5;

/**
 * Within one part: the wider, the sooner a cause. A partition, a customer and what another system says cause nothing. A release comes after the fleet here, as
 * one more group of machines; as a change it is of the part `deployment`, before all of them.
 */
const SCOPE_ORDER: Readonly<Record<Scope, number>> = {
  fleet: 0,
  release: 1,
  release_region: 2,
  region: 3,
  pop: 4,
  node: 5,
  customer: 6,
  partition: 7,
  external: 8,
};

/** Rules whose alerts are about what Tocsin sees, not about what clients get. */
const TELEMETRY_RULES: ReadonlySet<string> = new Set(['telemetry_lost', 'telemetry_fault', 'agent_fault']);

/** What relations between alerts are read from, on one tick. */
export interface Causality {
  readonly rules: ReadonlyMap<string, Pick<Rule, 'labels'>>;
  readonly failures: Failures;
  readonly placeOf: PlaceOf;
}

/** An alert, as far as causes and symptoms care. */
export type Suspect = Pick<Alert, 'rule' | 'scope' | 'key' | 'severity'>;

/**
 * The part of the fleet that an alert is about: a release is of the deployment, else what its rule's label `component` says. What no
 * rule of the pack says is about presence: silent machines of one release are machines first, since all may run it.
 */
export const partOfAlert = ({ rule, scope }: Suspect, { rules }: Pick<Causality, 'rules'>): string => {
  if (scope === 'partition' || TELEMETRY_RULES.has(rule)) return 'telemetry';
  const known = rules.get(rule);
  if (known === undefined) return 'edge';
  if (scope === 'release' || scope === 'release_region') return 'deployment';
  const named = known.labels['component'];
  return named !== undefined && partOf(named) !== undefined ? named : 'edge';
};

/** Place in the order of causes: by part, then by scope. A cause comes strictly before its symptom, so there are no cycles. */
export const causeOrder = (a: Suspect, b: Suspect, causality: Pick<Causality, 'rules'>): number =>
  depthOf(partOfAlert(a, causality)) - depthOf(partOfAlert(b, causality)) ||
  SCOPE_ORDER[a.scope] - SCOPE_ORDER[b.scope];

/** Whether the topology lets one alert be the cause of another. */
export const mayCause = (cause: Suspect, symptom: Suspect, causality: Pick<Causality, 'rules'>): boolean => {
  const [from, to] = [partOfAlert(cause, causality), partOfAlert(symptom, causality)];
  return from === to ? SCOPE_ORDER[cause.scope] < SCOPE_ORDER[symptom.scope] : mayComeFrom(to, from);
};

const isSameSubject = (a: Suspect, b: Suspect): boolean => a.scope === b.scope && a.key === b.key;

/** What a subject stands for as a cause: a release that fails in one region is that release, wherever it runs. */
export const asCause = (subject: AlertSubject): AlertSubject => {
  const release = releaseOfSubject(subject.scope, subject.key);
  return release === undefined ? subject : { scope: 'release', key: release };
};

/** Whether a cause explains a symptom: it is about the same place, or brings most of its failures. */
export const explains = (
  cause: Suspect,
  symptom: Suspect,
  { failures, placeOf }: Causality,
  shareMin = EXPLAINED_MIN,
): boolean => {
  if (isSameSubject(cause, symptom)) return true;
  if (isOfNodes(symptom) && covers(cause, placeOf(symptom), placeOf)) return true;
  return (failures.share(asCause(cause), symptom) ?? (shareMin < EXPLAINED_MIN ? 1 : 0)) >= shareMin;
};

/** A symptom is never hidden by what is less severe than itself. */
const isAsSevere = (cause: Suspect, symptom: Suspect): boolean =>
  SEVERITIES.indexOf(cause.severity) >= SEVERITIES.indexOf(symptom.severity);

/** Alerts that can be causes at all, the first causes first: those of single machines and customers cause no other, but in a part of its own. */
export const possibleCauses = (alerts: Iterable<Alert>, causality: Pick<Causality, 'rules'>): readonly Alert[] =>
  [...alerts]
    .filter(({ scope }) => scope !== 'partition' && scope !== 'customer' && scope !== 'external')
    .filter((alert) => alert.scope !== 'node' || partOfAlert(alert, causality) !== 'edge')
    .toSorted((a, b) => causeOrder(a, b, causality) || a.firedAtMs - b.firedAtMs || (a.alertId < b.alertId ? -1 : 1));

/**
 * The alert that inhibits another: the first cause that explains it. The one that did so before goes on while it stands and explains at
 * least half.
 */
export const inhibitorOf = (
  symptom: Alert,
  causes: readonly Alert[],
  before: string | undefined,
  causality: Causality,
): Alert | undefined => {
  const fits = (cause: Alert, shareMin: number): boolean =>
    cause.alertId !== symptom.alertId &&
    isAsSevere(cause, symptom) &&
    mayCause(cause, symptom, causality) &&
    explains(cause, symptom, causality, shareMin);
  const known = causes.find(({ alertId }) => alertId === before);
  if (known !== undefined && fits(known, EXPLAINED_STILL)) return known;
  return causes.find((cause) => fits(cause, EXPLAINED_MIN));
};
