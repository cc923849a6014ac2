import type { Event, EventOf, RecordedEvent } from '#contracts';
import { impactSchema, streamOf } from '#contracts';
import {
  type CalledContact,
  type IncidentCalls,
  isEscalationEvent,
  isLevelCall,
  pagedIncident,
  policyFor,
  reachBy,
} from '#domain';
import { changeContextOf, isChange } from './deliveries/change-deliveries.js';
import { createChannelRepository } from './deliveries/channel.repository.js';
import { createCommandRepository } from './command.repository.js';
import type { Queryable } from './database.js';
import { deliveriesFor, sentCommand, tellsOfRollout } from './deliveries/deliveries-for.js';
import { createDeliveryRepository, type DeliveryRow, endClaims } from './deliveries/delivery.repository.js';
import type { DeliveryContext } from './deliveries/delivery-context.js';
import type { ChannelRow } from './deliveries/delivery-told.js';
import { escalationOf } from './escalation-derive.js';
import type { PendingEvent } from './event-append.js';
import { readStream } from './event-read.js';
import { createFallbackRepository } from './fallback.repository.js';
import { isDrillNews } from './deliveries/drill-deliveries.js';
import { drillContextOf } from './drill-derive.js';
import { isFallenCall, saidSince } from './deliveries/fallen-call.js';
import { createIncidentRepository, type IncidentRow } from './incident.repository.js';
import { listLimit, LIST_ROWS_MAX } from './list-limit.js';
import { earliestAtMs, type OnCallInForce, readOnCallInForce } from './on-call-in-force.js';
import { policySubjectOf } from './deliveries/policy-subject.js';
import { createRedirectRepository } from './redirect.repository.js';
import { isStatusNews } from './deliveries/status-deliveries.js';
import { createRollbackRepository } from './rollback.repository.js';
import { isSpooledPage, spooledEnd } from './deliveries/spooled-end.js';
import { createSpooledRepository } from './deliveries/spooled.repository.js';

const isTelling = (recorded: RecordedEvent): boolean =>
  sentCommand(recorded) !== undefined ||
  ('notice' in recorded.event.data && recorded.event.data.notice !== undefined) ||
  pagedIncident(recorded) !== undefined ||
  isStatusNews(recorded.event) ||
  isDrillNews(recorded.event) ||
  isSpooledPage(recorded.event) ||
  isFallenCall(recorded.event) ||
  tellsOfRollout(recorded) ||
  isChange(recorded.event);

/** Pages of one incident that are looked at: more than a growing outage makes. */
const TOLD_PAGES_MAX = 50;

const scoreTold = ({ body }: DeliveryRow): number => {
  const impact = impactSchema.safeParse(body['impact']);
  return impact.success ? impact.data.score : 0;
};

const highestTold = async (tx: Queryable, incidentId: string): Promise<number> => {
  const pages = await createDeliveryRepository(tx).list({ dedupKey: incidentId, limit: TOLD_PAGES_MAX });
  return Math.max(0, ...pages.map(scoreTold));
};

/** What is the same for every event of an append. */
interface Derivation {
  readonly tx: Queryable;
  readonly channels: readonly ChannelRow[];
  readonly inForce: OnCallInForce | undefined;
  readonly happened: readonly RecordedEvent[];
  /** What it asked for so far. */
  readonly asked: EventOf<'DeliveryRequested'>[];
}

/** Whom deliveries of this append call, which no table holds yet. */
const calledBy = (asked: Derivation['asked'], incidentId: string): readonly CalledContact[] =>
  asked
    .filter(({ data: { subject, action } }) => subject === 'page' && (action === 'trigger' || action === 'escalate'))
    .filter(({ data: { body } }) => body['incidentId'] === incidentId)
    .map(({ data: { dedupKey, channel, address, person } }) => ({
      dedupKey,
      channel,
      address: address ?? null,
      person: person ?? null,
    }));

/** What calls the first level of a policy beside the page of its incident. */
const CALLS_FIRST_LEVEL: ReadonlySet<string> = new Set(['IncidentEscalated', 'StatusUpdateOverdue']);

const callsOf = async (
  { tx, channels, inForce, asked }: Derivation,
  cause: RecordedEvent,
  incident: IncidentRow,
): Promise<IncidentCalls | undefined> => {
  if (inForce === undefined) return undefined;
  const { incidentId } = incident;
  const recorded = await readStream(tx, streamOf.escalation(incidentId));
  const isOwn = isEscalationEvent(cause.event);
  const escalation = escalationOf(isOwn ? recorded.filter(({ version }) => version <= cause.version) : recorded);
  const needsPolicy = escalation === undefined && CALLS_FIRST_LEVEL.has(cause.event.type);
  return {
    reach: reachBy(inForce, channels),
    escalation,
    policy: needsPolicy ? policyFor(inForce.plan, await policySubjectOf(tx, incident)) : undefined,
    called: [...(await createDeliveryRepository(tx).called(incidentId)), ...calledBy(asked, incidentId)],
    ...(cause.event.type === 'IncidentResolved'
      ? { spooled: await createSpooledRepository(tx).channelsOf(incidentId) }
      : {}),
  };
};

/** What a level is called for, where that is of the same append. */
const startedBy = ({ happened }: Derivation, { event, metadata }: RecordedEvent): Event | undefined =>
  isLevelCall(event)
    ? happened.find(({ stream, version }) => `${stream}@${version}` === metadata.cause)?.event
    : undefined;

/** The incident that somebody may be called for by an event. */
const toldIncident = (cause: RecordedEvent): string | undefined =>
  isStatusNews(cause.event) ? cause.event.data.incidentId : pagedIncident(cause);

const contextOf = async (derivation: Derivation, cause: RecordedEvent): Promise<DeliveryContext> => {
  const { tx } = derivation;
  if (cause.event.type === 'DeliveryRequested') return { saidSince: await saidSince(tx, cause.event.data) };
  const commandId = sentCommand(cause);
  if (commandId !== undefined) return { command: await createCommandRepository(tx).find(commandId) };
  if (isSpooledPage(cause.event)) return { spooledEnd: await spooledEnd(tx, cause.event.data) };
  if (isDrillNews(cause.event)) return drillContextOf(tx, cause.event);
  const incidentId = toldIncident(cause);
  if (incidentId === undefined) return {};
  const incident = await createIncidentRepository(tx).findRow(incidentId);
  if (isStatusNews(cause.event)) return { calls: incident && (await callsOf(derivation, cause, incident)) };
  const limit = listLimit(LIST_ROWS_MAX);
  return {
    incident,
    rollbacks: await createRollbackRepository(tx).list({ incidentId, limit }),
    redirects: await createRedirectRepository(tx).list({ incidentId, limit }),
    fallbacks: await createFallbackRepository(tx).list({ incidentId, limit }),
    toldScore: await highestTold(tx, incidentId),
    calls: incident && (await callsOf(derivation, cause, incident)),
    startedBy: startedBy(derivation, cause),
  };
};

/** What was derived from an event stands right behind it, so that the page is asked for before what is said about it. */
const behindCauses = (
  appended: readonly RecordedEvent[],
  escalated: readonly RecordedEvent[],
): readonly RecordedEvent[] =>
  appended.flatMap((cause) => [
    cause,
    ...escalated.filter(({ metadata }) => metadata.cause === `${cause.stream}@${cause.version}`),
  ]);

/**
 * The deliveries that appended events ask for, and what became of escalations by them, after all of them were projected: a page knows
 * the rollback of the same append.
 */
export const derivedDeliveries = async (
  tx: Queryable,
  appended: readonly RecordedEvent[],
  escalated: readonly RecordedEvent[],
): Promise<readonly PendingEvent[]> => {
  const happened = behindCauses(appended, escalated);
  const causes = happened.filter(isTelling);
  if (causes.length === 0) return [];
  const channels = await createChannelRepository(tx).list();
  const calling = causes.filter((cause) => toldIncident(cause) !== undefined);
  const inForce = calling.length === 0 ? undefined : await readOnCallInForce(tx, earliestAtMs(calling));
  const isChangeTold = channels.some(({ subject }) => subject === 'change');
  const derivation: Derivation = { tx, channels, inForce, happened, asked: [] };
  const pending: PendingEvent[] = [];
  for (const cause of causes) {
    const metadata = { actor: cause.metadata.actor, cause: `${cause.stream}@${cause.version}` };
    const change = isChangeTold ? await changeContextOf(tx, cause) : {};
    const deliveries = deliveriesFor(cause, { ...(await contextOf(derivation, cause)), ...change }, channels);
    derivation.asked.push(...deliveries);
    pending.push(...deliveries.map((event) => ({ stream: streamOf.delivery(event.data.deliveryId), event, metadata })));
  }
  return pending;
};

/** Ends the claims of the deliveries that these events attempted, or took out of their queue. */
export const endSettledClaims = async (tx: Queryable, appended: readonly RecordedEvent[]): Promise<void> => {
  const settled = appended.flatMap(({ event }) =>
    event.type === 'DeliveryAttempted' || event.type === 'DeliverySuperseded' ? [event.data.deliveryId] : [],
  );
  if (settled.length > 0) await endClaims(tx, settled);
};
