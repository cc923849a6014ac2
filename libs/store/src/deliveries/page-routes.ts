import { type CalledTarget, callKeyOf, type EventOf } from '#contracts';
import { isLevelCall, levelKeyOf } from '#domain';
import type { IncidentCalls } from './delivery-context.js';
import type { Addressee, DeliveryAction } from './delivery-told.js';
import type { CalledContact } from './delivery.repository.js';
import type { IncidentRow } from '../incident.repository.js';
import type { PageEvent } from './page-event.js';
import { PAGE_ACTIONS } from './page-event.js';
import { type CallRow, heldCalls, isHeldBack, loudKeys, statusKeyOf } from './page-keys.js';

/** Where a page goes, under which key, and what it says beside the page; `to` absent: every channel of pages. */
export interface Route {
  readonly action: DeliveryAction;
  readonly dedupKey: string;
  readonly to?: readonly Addressee[] | undefined;
  readonly says?: Readonly<Record<string, unknown>>;
}

/** What routes are made from. */
interface Routing {
  readonly calls: IncidentCalls;
  readonly incident: IncidentRow;
  /** The version of the event in its stream. */
  readonly version: number;
}

const receiversOf = (
  { reach }: Pick<IncidentCalls, 'reach'>,
  targets: readonly CalledTarget[],
  atMs: number,
): { readonly to: readonly Addressee[]; readonly nobody: readonly string[] } => {
  const { reached, nobody } = reach(targets, atMs);
  const to = reached.map(({ contact, person }) => ({ ...contact, ...(person === undefined ? {} : { person }) }));
  return { to, nobody };
};

type CallEvent = EventOf<'EscalationStarted' | 'EscalationAdvanced' | 'EscalationRaised' | 'EscalationResumed'>;

/** A level is called: by the incident's own key where nothing has left by that yet. One that reaches nobody calls nobody; the next one does. */
const levelRoutes = ({ type, data }: CallEvent, { calls, incident: { incidentId } }: Routing): readonly Route[] => {
  const { escalation, called } = calls;
  if (escalation === undefined) return [];
  const { policy, round } = escalation;
  const { level, because, dueAtMs, at } = data;
  const { to, nobody } = receiversOf(calls, policy.levels[level - 1]?.call ?? [], at);
  if (to.length === 0) return [];
  const isFirst = !called.some(({ dedupKey }) => dedupKey === incidentId);
  const step = { policy: policy.policy, level, levels: policy.levels.length, round, because, dueAtMs };
  const says = {
    ...(type === 'EscalationStarted' ? {} : { escalation: { to: `level ${level}`, because } }),
    level: { ...step, ...(nobody.length === 0 ? {} : { unreached: nobody }) },
  };
  const dedupKey = isFirst ? incidentId : levelKeyOf(escalation);
  return [{ action: isFirst ? 'trigger' : 'escalate', dedupKey, to, says }];
};

/** Somebody is called beside the page: the VP, or the first level; where that is nobody, every channel is. */
export const callRoute = (
  call: Pick<CallRow, 'to' | 'because'>,
  dedupKey: string,
  atMs: number,
  calls: Pick<IncidentCalls, 'reach' | 'escalation' | 'policy'>,
): Route => {
  const policy = calls.escalation?.policy ?? calls.policy;
  const targets = call.to === 'vp' ? [{ vp: true } as const] : (policy?.levels[0]?.call ?? []);
  const { to, nobody } = receiversOf(calls, targets, atMs);
  const says = nobody.length === 0 ? {} : { unreached: nobody };
  return { action: 'escalate', dedupKey, to: to.length === 0 ? undefined : to, says };
};

/** Nobody answered, or nobody was reached: every channel is called, since after that nobody is. */
const exhaustedRoutes = (
  { data }: EventOf<'EscalationExhausted'>,
  { calls: { escalation }, incident: { incidentId } }: Routing,
  called: readonly CalledContact[],
): readonly Route[] => {
  const says = { escalation: { to: 'every channel', because: data.because } };
  if (called.length === 0 || escalation === undefined) return [{ action: 'trigger', dedupKey: incidentId, says }];
  return [{ action: 'escalate', dedupKey: `${incidentId}:exhausted-${escalation.calls}`, says }];
};

const unmutedRoutes = ({ data }: EventOf<'IncidentUnmuted'>, routing: Routing): readonly Route[] => {
  const { calls, incident } = routing;
  const { incidentId } = incident;
  const held = heldCalls(incident, data.at).map((call): Route => {
    const route = callRoute(call, callKeyOf({ incidentId, ...call }), data.at, calls);
    return { ...route, action: 'trigger' };
  });
  return calls.escalation === undefined ? [{ action: 'trigger', dedupKey: incidentId }, ...held] : held;
};

const receiverOf = ({ channel, address, person }: CalledContact): Addressee => ({
  channel,
  ...(address === null ? {} : { address }),
  ...(person === null ? {} : { person }),
});

/** Whoever was called under a key. */
export const receiversUnder = (key: string, called: readonly CalledContact[]): readonly Addressee[] =>
  called.filter(({ dedupKey }) => dedupKey === key).map(receiverOf);

/** What is said under each key that somebody was called by, to whoever was. */
const routesOfKeys = (action: DeliveryAction, called: readonly CalledContact[]): readonly Route[] =>
  [...new Set(called.map(({ dedupKey }) => dedupKey))].map((dedupKey) => ({
    action,
    dedupKey,
    to: receiversUnder(dedupKey, called),
  }));

const handedRoutes = (
  { data }: EventOf<'IncidentHandedOver'>,
  { calls, version }: Routing,
  called: readonly CalledContact[],
): readonly Route[] => {
  const { incidentId, by, to: person, note, at } = data;
  const { to } = receiversOf(calls, [{ person }], at);
  const because = `handed over by ${by}${note === '' ? '' : `: ${note}`}`;
  const says = { escalation: { to: person, because } };
  // Who was called before need not come: the pager of whoever did not answer would go on calling.
  const taken = routesOfKeys('acknowledge', called).map((route) => ({
    ...route,
    says: { acknowledgedBy: person, note },
  }));
  // A person who is called twice is given it twice.
  return to.length === 0
    ? taken
    : [...taken, { action: 'escalate', dedupKey: `${incidentId}:to-${version}`, to, says }];
};

/** Without the database nobody knows the plan, and every channel pages: those that it does not call are told of the end as well. */
const spooledRoutes = ({ calls: { called, spooled = [] }, incident: { incidentId } }: Routing): readonly Route[] => {
  const isCalled = (name: string): boolean =>
    called.some(({ dedupKey, channel, address }) => dedupKey === incidentId && channel === name && address === null);
  const to = spooled.filter((name) => !isCalled(name)).map((channel) => ({ channel }));
  return to.length === 0 ? [] : [{ action: 'resolve', dedupKey: incidentId, to }];
};

/** What is said once to each receiver that was called, under the key that it was called by first: news, which it need not hear twice. */
const newsRoutes = (action: DeliveryAction, called: readonly CalledContact[]): readonly Route[] => {
  const firsts = new Map<string, CalledContact>();
  for (const each of called) {
    const receiver = JSON.stringify([each.channel, each.address]);
    if (!firsts.has(receiver)) firsts.set(receiver, each);
  }
  return routesOfKeys(action, [...firsts.values()]);
};

/**
 * Where a page goes while a plan says who is called. The first page of an incident, and each further level, to that level; what its
 * policy, or the plan, is silent about to every channel, as if there were no plan; and whatever becomes of it to all who were called.
 */
export const routesOf = (paged: PageEvent, routing: Routing): readonly Route[] => {
  const { calls, incident } = routing;
  const { escalation } = calls;
  const { incidentId } = incident;
  const called = calls.called.filter(({ dedupKey }) => dedupKey !== statusKeyOf(incidentId));
  if (isLevelCall(paged)) return levelRoutes(paged, routing);
  switch (paged.type) {
    case 'EscalationExhausted':
      return exhaustedRoutes(paged, routing, called);
    case 'IncidentOpened':
      return escalation !== undefined || isHeldBack(paged, incident)
        ? []
        : [{ action: 'trigger', dedupKey: incidentId }];
    case 'IncidentUnmuted':
      return unmutedRoutes(paged, routing);
    case 'IncidentEscalated': {
      const dedupKey = callKeyOf(paged.data);
      if (isHeldBack(paged, incident) && !loudKeys(paged, incident).has(dedupKey)) return [];
      return [callRoute(paged.data, dedupKey, paged.data.at, calls)];
    }
    case 'IncidentHandedOver':
      return handedRoutes(paged, routing, called);
    case 'IncidentAcknowledged':
    case 'IncidentSnoozed':
      return routesOfKeys(PAGE_ACTIONS[paged.type], called);
    case 'IncidentResolved':
      return [...routesOfKeys('resolve', called), ...spooledRoutes(routing)];
    case 'AlertJoinedIncident':
    case 'IncidentImpactChanged':
    case 'StatusUpdateRequested':
    case 'FallBackRequested':
    case 'StakeholdersNotified':
      return isHeldBack(paged, incident) ? [] : newsRoutes(PAGE_ACTIONS[paged.type], called);
  }
};
