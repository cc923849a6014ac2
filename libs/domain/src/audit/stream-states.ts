import type { Event } from '#contracts';
import { evolveAlert, isAlertEvent } from '../alert/alert.js';
import { evolveAutomation, UNTOUCHED_AUTOMATION } from '../automation/automation.js';
import { type Breaker, evolveBreaker, isBreakerEvent } from '../breaker/breaker.js';
import { ENABLED, evolveChannel, isChannelEvent } from '../delivery/channel-switch.js';
import { evolveDelivery, isDeliveryEvent } from '../delivery/delivery.js';
import { evolveDrill, isDrillEvent } from '../drill/drill.js';
import { evolveEscalation, isEscalationEvent } from '../escalation/escalation.js';
import { evolveFallback, isFallbackEvent } from '../fallback/fallback.js';
import { evolveTended } from '../incident/incident-acts.js';
import { evolveMaintenance, isMaintenanceEvent } from '../silence/maintenance.js';
import { evolveSilence, isSilenceEvent } from '../silence/silence.js';
import { evolveOverride, isOverrideEvent } from '../override/override.js';
import { evolveRedirect, isRedirectEvent } from '../redirect/redirect.js';
import { evolveReleases, type ReleaseRecords } from '../release/release-record.js';
import { evolveKnownRollout, UNKNOWN_ROLLOUT } from '../rollout/known-rollout.js';
import { evolveRollback, isRollbackEvent } from '../rollout/rollback.js';
import { evolveStatusUpdates, isStatusUpdateEvent, NO_STATUS_UPDATES } from '../status-update/status-update.js';
import { type Changes, changesBetween } from './changes.js';

/** What the events of a stream make of the thing that it is about. Fields that change by themselves with each event are left out. */
type Fold = (events: readonly Event[]) => unknown;

const folding =
  <T>(nothing: T, evolve: (known: T, event: Event) => T): Fold =>
  (events) =>
    events.reduce(evolve, nothing);

const guarded =
  <T, E extends Event>(isOwn: (event: Event) => event is E, evolve: (known: T, event: E) => T) =>
  (known: T, event: Event): T =>
    isOwn(event) ? evolve(known, event) : known;

type Known = Readonly<Record<string, unknown>>;

/** Of a key everything but its secret's hash. */
const evolveKey = (known: Known, { type, data }: Event): Known => {
  if (type === 'ApiKeyCreated') {
    const { secretHash: _secretHash, ...shown } = data;
    return { ...shown, isRevoked: false };
  }
  return type === 'ApiKeyRevoked' ? { ...known, isRevoked: true } : known;
};

const evolveNodeKeys = (known: Known, { type, data }: Event): Known => {
  if (type === 'NodeKeyIssued') return { ...known, [data.keyId]: 'valid' };
  return type === 'NodeKeyRevoked' ? { ...known, [data.keyId]: 'revoked' } : known;
};

/** What is registered, by what it is and its id. */
const evolveCatalogue = (known: Map<string, unknown>, { type, data }: Event): Map<string, unknown> => {
  if (type === 'NodesRegistered') for (const node of data.nodes) known.set(`node ${node.nodeId}`, node);
  if (type === 'CustomersRegistered')
    for (const customer of data.customers) known.set(`customer ${customer.customerId}`, customer);
  return known;
};

const evolveOnCall = (known: Known, { type, data }: Event): Known => {
  if (type === 'OnCallLoaded') {
    const { version, sha256, source, plan } = data;
    return { ...known, plan: { version, sha256, source, ...plan } };
  }
  if (type === 'ScheduleOverridden') return { ...known, [`override ${data.scheduleOverrideId}`]: data };
  return type === 'ScheduleOverrideWithdrawn'
    ? { ...known, [`override ${data.scheduleOverrideId}`]: undefined }
    : known;
};

const evolveIncident = (known: Known, event: Event, tended = evolveTended(known['tended'] as never, event)): Known => ({
  tended,
  isOpen: tended?.isOpen ?? null,
  notes: tended?.notes ?? 0,
});

/** What is said of an incident by whoever works on it. */
const WORK_ON_INCIDENTS: ReadonlySet<string> = new Set([
  'IncidentAcknowledged',
  'IncidentHandedOver',
  'IncidentSnoozed',
  'IncidentNoted',
  'RunbookResultAttached',
]);

const incident: Fold = (events) => {
  const { tended: _tended, ...shown } = events.reduce<Known>((known, event) => evolveIncident(known, event), {});
  const last = events.findLast(({ type }) => WORK_ON_INCIDENTS.has(type));
  return last === undefined ? shown : { ...shown, last: { type: last.type, ...last.data } };
};
/** What the last event said: of streams whose thing is what was said last, or once. */
const lastSaid: Fold = (events) => {
  const last = events.at(-1);
  return last === undefined ? {} : { said: last.type, ...last.data };
};

/** By the beginning of a stream's name; the longest that fits counts. */
const FOLDS: Readonly<Record<string, Fold>> = {
  'key-': folding({}, evolveKey),
  'node-keys-': folding({}, evolveNodeKeys),
  catalogue: (events) => events.reduce(evolveCatalogue, new Map<string, unknown>()),
  'on-call': folding({}, evolveOnCall),
  'incident-': incident,
  'incident-escalation-': folding(undefined, guarded(isEscalationEvent, evolveEscalation)),
  'resolution-': lastSaid,
  'alert-': folding(undefined, guarded(isAlertEvent, evolveAlert)),
  'rollout-': folding(UNKNOWN_ROLLOUT, evolveKnownRollout),
  'rollback-': folding(undefined, guarded(isRollbackEvent, evolveRollback)),
  'redirect-': folding(undefined, guarded(isRedirectEvent, evolveRedirect)),
  'fallback-': folding(undefined, guarded(isFallbackEvent, evolveFallback)),
  'override-': folding(undefined, guarded(isOverrideEvent, evolveOverride)),
  'release-': folding<ReleaseRecords>(new Map(), (known, event) => evolveReleases(known, event) ?? known),
  automation: folding(UNTOUCHED_AUTOMATION, (known, event) => evolveAutomation(known, event) ?? known),
  'breaker-': folding<Breaker | undefined>(undefined, (known, event) =>
    isBreakerEvent(event) ? evolveBreaker(known, event) : known,
  ),
  'silence-': folding(undefined, guarded(isSilenceEvent, evolveSilence)),
  'maintenance-': folding(undefined, guarded(isMaintenanceEvent, evolveMaintenance)),
  'delivery-': folding(undefined, guarded(isDeliveryEvent, evolveDelivery)),
  'channel-': folding(ENABLED, guarded(isChannelEvent, evolveChannel)),
  'status-': folding(NO_STATUS_UPDATES, guarded(isStatusUpdateEvent, evolveStatusUpdates)),
  'drill-': folding(undefined, guarded(isDrillEvent, evolveDrill)),
  'rules-reload': lastSaid,
  'on-call-reload': lastSaid,
  'reply-': lastSaid,
  'receiver-incident-': lastSaid,
  'external-change-': lastSaid,
};

const PREFIXES = Object.keys(FOLDS).toSorted((a, b) => b.length - a.length);

const foldOf = (stream: string): Fold => {
  const prefix = PREFIXES.find((each) => stream.startsWith(each));
  return (prefix === undefined ? undefined : FOLDS[prefix]) ?? lastSaid;
};

/**
 * What one event changed of the thing that its stream is about: the state by the events before it, and with it. Nothing of that is stored; it
 * is folded as the decisions fold it, so that it tells the same of acts of any age. `events`: the stream up to and with that event.
 */
export const changesOfLast = (stream: string, events: readonly Event[]): Changes => {
  const fold = foldOf(stream);
  return changesBetween(fold(events.slice(0, -1)), fold(events));
};
