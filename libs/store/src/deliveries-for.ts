import { createHash } from 'node:crypto';
import {
  callKeyOf,
  event,
  type EventData,
  type EventOf,
  KEY_SEPARATOR,
  type RecordedEvent,
  streamOf,
} from '#contracts';
import { type ChangeContext, changesOf } from './change-deliveries.js';
import { drilledChannel, drillTold, isDrillNews } from './drill-deliveries.js';
import type { CommandRow } from './command.repository.js';
import type { IncidentRow } from './incident.repository.js';
import { type ActingRows, toldAutomation } from './told-automation.js';
import { isStatusNews, statusDeliveriesOf } from './status-deliveries.js';
import type { Told } from './told.js';

/** What a delivery tells about. */
export type DeliverySubject = EventData<'DeliveryRequested'>['subject'];

/** A channel that wants deliveries of one subject. */
export interface ChannelRow {
  readonly name: string;
  readonly subject: DeliverySubject;
}

/** What is known of the subject when the event was appended; only the part that the event needs is there. */
export interface DeliveryContext extends ActingRows, ChangeContext {
  readonly incident?: IncidentRow | undefined;
  /** The highest impact score that pages of the incident have told. */
  readonly toldScore?: number;
  readonly command?: CommandRow | undefined;
}

type Action = EventData<'DeliveryRequested'>['action'];

const PAGE_ACTIONS = {
  IncidentOpened: 'trigger',
  IncidentUnmuted: 'trigger',
  AlertJoinedIncident: 'update',
  IncidentImpactChanged: 'update',
  IncidentAcknowledged: 'acknowledge',
  IncidentResolved: 'resolve',
  IncidentEscalated: 'escalate',
  StatusUpdateRequested: 'request',
  FallBackRequested: 'request',
  StakeholdersNotified: 'update',
} as const satisfies Partial<Record<string, Action>>;

type PageEvent = EventOf<keyof typeof PAGE_ACTIONS>;

/** Of the alerts that join, those are told that are about more than the page; of a notice, what names its incident. */
const isPage = (told: RecordedEvent['event']): told is PageEvent => {
  if (told.type === 'AlertJoinedIncident') return told.data.widens !== undefined;
  if (told.type === 'StakeholdersNotified') return told.data.incidentId !== undefined;
  return Object.hasOwn(PAGE_ACTIONS, told.type);
};

/** The incident an event pages about, if it does. */
export const pagedIncident = ({ event: told }: RecordedEvent): string | undefined =>
  isPage(told) ? told.data.incidentId : undefined;

// The same incident may be acknowledged twice: its version tells the two apart, and a repetition of the append does not differ.
const deliveryIdOf = (channel: string, told: Told, cause: RecordedEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([channel, told.dedupKey, told.action, cause.stream, cause.version]))
    .digest('hex')
    .slice(0, 32);

/** How much worse it must be than what was told last: an outage that grows a thousandfold is ten updates, not one every five seconds. */
const WORSE_FACTOR = 2;

/** A page leaves before anybody can say who is hurt; its update names customers and money, and comes again when they double. */
const isWorthTelling = (paged: PageEvent, toldScore: number): boolean => {
  if (paged.type !== 'IncidentImpactChanged') return true;
  const { affectedCustomers, score } = paged.data.impact;
  return affectedCustomers > 0 && score >= WORSE_FACTOR * toldScore;
};

/** Whom an incident opened for, as fields that a receiver may route by; none for the fleet. */
const cohortOf = ({ scope, key }: IncidentRow): Record<string, string> => {
  if (scope === 'node' || scope === 'pop' || scope === 'region' || scope === 'release') return { [scope]: key };
  const [release, region] = key.split(KEY_SEPARATOR);
  return scope === 'release_region' && release !== undefined && region !== undefined ? { release, region } : {};
};

/** What was declared, and what this page alone asks for; nothing is said of what there is not. */
const actionBody = (
  { data, type }: PageEvent,
  { priority, onsetAt, detectMs, requests, escalations }: IncidentRow,
): Record<string, unknown> => ({
  ...(priority === null ? {} : { priority }),
  ...(onsetAt === null ? {} : { onsetAt, detectMs }),
  ...(type === 'IncidentEscalated'
    ? { escalation: { to: data.to, alertId: data.alertId, because: data.because } }
    : {}),
  ...(escalations.length > 0 ? { called: escalations.map(({ to, because }) => ({ to, because })) } : {}),
  ...(type === 'AlertJoinedIncident' ? { widens: data.widens } : {}),
  ...(type === 'IncidentResolved' ? { postMortem: `/v1/incidents/${data.incidentId}/post-mortem.md` } : {}),
  // What was asked for while the page was held back.
  ...(type === 'IncidentUnmuted' && requests.length > 0 ? { requests } : {}),
  ...(type === 'StatusUpdateRequested' ? { request: 'status_update' } : {}),
  ...(type === 'FallBackRequested' ? { request: 'fall_back' } : {}),
  ...(type === 'StakeholdersNotified' ? { notice: 'rollback', rollbackId: data.rollbackId } : {}),
});

const pageBody = (paged: PageEvent, incident: IncidentRow, acting: ActingRows): Record<string, unknown> => {
  const { data } = paged;
  const { incidentId, title, severity, status, rule, scope, key, reason, impact, peakImpact, openedAt } = incident;
  const service = acting.rollbacks?.find((rollback) => rollback.service !== null)?.service;
  return {
    incidentId,
    title,
    severity,
    status,
    rule,
    scope,
    key,
    ...cohortOf(incident),
    ...(service === undefined || service === null ? {} : { service }),
    at: data.at,
    openedAt,
    reason,
    impact,
    peakImpact,
    ...actionBody(paged, incident),
    ...toldAutomation(acting),
    ...(incident.muted === null ? {} : { muted: incident.muted.because }),
    ...(incident.acknowledgedBy === null ? {} : { acknowledgedBy: incident.acknowledgedBy, note: incident.note }),
    ...('because' in data ? { because: data.because } : {}),
  };
};

/** While an incident is muted its page does not leave; so what was never triggered is neither updated, acknowledged nor resolved. */
const isHeldBack = (paged: PageEvent, { muted }: IncidentRow): boolean =>
  paged.type === 'IncidentOpened' ? paged.data.muted !== undefined : muted !== null;

/** A call for what Tocsin did is made though its incident is muted. */
const isLoud = ({ redirect, rollback, fallback }: IncidentRow['escalations'][number]): boolean =>
  redirect !== undefined || rollback !== undefined || fallback !== undefined;

/**
 * The keys that a page goes out under. Whoever is called above the page has one of their own: under the incident's the call would
 * fold into what the receiver has open and wake nobody, and would wait behind a page that is retried. It is acknowledged and ends with
 * the incident: who takes that on, takes on what was called for it until then.
 */
const keysOf = (paged: PageEvent, { incidentId, escalations }: IncidentRow): readonly string[] => {
  const keyOf = (call: IncidentRow['escalations'][number]): string => callKeyOf({ incidentId, ...call });
  if (paged.type === 'IncidentEscalated') return [callKeyOf(paged.data)];
  // Who was called while the page was held back is called now.
  if (paged.type === 'IncidentUnmuted') {
    const held = escalations.filter((call) => call.at < paged.data.at && !isLoud(call));
    return [incidentId, ...held.map(keyOf)];
  }
  const isOfAll = paged.type === 'IncidentAcknowledged' || paged.type === 'IncidentResolved';
  return isOfAll ? [incidentId, ...escalations.map(keyOf)] : [incidentId];
};

/**
 * Whoever mutes an alert knows of its fault, and not of what Tocsin did about it and cannot undo: a redirect, a rollback or a fallback that
 * needs a person calls one all the same.
 */
const loudKeys = (paged: PageEvent, { incidentId, escalations }: IncidentRow): ReadonlySet<string> => {
  const told = paged.type === 'IncidentEscalated' ? [paged.data] : escalations;
  return new Set(told.filter(isLoud).map((call) => callKeyOf({ ...call, incidentId })));
};

const pagesOf = (paged: PageEvent, context: DeliveryContext): readonly Told[] => {
  const { incident, toldScore = 0 } = context;
  if (incident === undefined || !isWorthTelling(paged, toldScore)) return [];
  const body = pageBody(paged, incident, context);
  const told = { subject: 'page', action: PAGE_ACTIONS[paged.type], body, at: paged.data.at } as const;
  const loud = isHeldBack(paged, incident) ? loudKeys(paged, incident) : undefined;
  const keys = keysOf(paged, incident).filter((key) => loud === undefined || loud.has(key));
  return keys.map((dedupKey) => ({ ...told, dedupKey }));
};

/** A command that was signed, or is sent again: what nobody signed yet does not leave. */
const commandOf = (told: EventOf<'CommandSigned' | 'WaveRepeated'>, { command }: DeliveryContext): readonly Told[] => {
  const signed = told.type === 'CommandSigned' ? told.data.signed : command?.signed;
  if (command === undefined || signed === undefined || signed === null) return [];
  const { expiresAt, issuedAt } = command;
  const at = told.type === 'CommandSigned' ? issuedAt : told.data.at;
  const body = { signed, expiresAtMs: expiresAt };
  return [{ subject: 'command', action: 'command', dedupKey: told.data.commandId, body, at }];
};

/** What a customer is told goes to whoever reaches customers, never to who is on call; under a key of its own, so that its messages keep their order. */
const noticesOf = ({ data }: EventOf<'FallbackCommanded' | 'FallbackEnded'>): readonly Told[] => {
  const { notice, fallbackId, at } = data;
  if (notice === undefined) return [];
  const step = 'step' in data ? data.step : 'undo';
  const dedupKey = `${notice.incidentId}:${notice.customerId}`;
  return [{ subject: 'notice', action: 'notice', dedupKey, body: { ...notice, fallbackId, step, at }, at }];
};

/** The command that an event sends, if it does. */
export const sentCommand = ({ event: told }: RecordedEvent): string | undefined =>
  told.type === 'CommandSigned' || told.type === 'WaveRepeated' ? told.data.commandId : undefined;

const ROLLOUT_ACTIONS = {
  GateDecided: 'gate_decided',
  StagePromoted: 'stage_promoted',
  RolloutHalted: 'rollout_halted',
  RolloutCompleted: 'rollout_completed',
  RolloutRolledBack: 'rolled_back',
} as const satisfies Partial<Record<string, Action>>;

type RolloutNews = EventOf<keyof typeof ROLLOUT_ACTIONS>;

const isRolloutNews = (told: RecordedEvent['event']): told is RolloutNews => Object.hasOwn(ROLLOUT_ACTIONS, told.type);

/** Whether an event is news of a rollout, for whoever brings it. */
export const tellsOfRollout = ({ event: told }: RecordedEvent): boolean => isRolloutNews(told);

/** Under the rollout's own key, so that what is told of it arrives in its order. */
const newsOf = ({ type, data }: RolloutNews): Told => ({
  subject: 'rollout',
  action: ROLLOUT_ACTIONS[type],
  dedupKey: streamOf.rollout(data.rolloutId),
  body: { ...data },
  at: data.at,
});

const toldBy = ({ event: told }: RecordedEvent, context: DeliveryContext): readonly Told[] => {
  if (isPage(told)) return pagesOf(told, context);
  if (isRolloutNews(told)) return [newsOf(told)];
  if (isStatusNews(told)) return statusDeliveriesOf(told);
  if (isDrillNews(told)) return drillTold(told);
  if (told.type === 'FallbackCommanded' || told.type === 'FallbackEnded') return noticesOf(told);
  return told.type === 'CommandSigned' || told.type === 'WaveRepeated' ? commandOf(told, context) : [];
};

/** Who took an incident on at a receiver need not be told there that they did. */
const isEcho = ({ event: told }: RecordedEvent, { dedupKey }: Told, channel: string): boolean =>
  told.type === 'IncidentAcknowledged' && told.data.via === channel && dedupKey === told.data.incidentId;

/**
 * The deliveries that an event asks for: one for each channel of its subject. A page goes out when an incident opens, or is
 * unmuted where it opened muted, is acknowledged, escalated or resolved, when it asks for something, and when it became twice as bad or
 * about more of the fleet than it was told, and when a rollback has ended; a command when it is signed, never before, and again when it
 * is repeated; a message to a customer when a fallback tells it something; what the public is told, and a page when that is overdue; what a gate or a person decided of a rollout; and
 * each step of a rollout and wave of a rollback, as a change. Ids follow
 * from the event, so a repeated append asks for nothing new.
 */
export const deliveriesFor = (
  cause: RecordedEvent,
  context: DeliveryContext,
  channels: readonly ChannelRow[],
): readonly EventOf<'DeliveryRequested'>[] => {
  const all = [...toldBy(cause, context), ...changesOf(cause.event, context)];
  const only = drilledChannel(cause);
  return all.flatMap((told) =>
    channels
      .filter(
        ({ name, subject }) =>
          subject === told.subject && (only === undefined || name === only) && !isEcho(cause, told, name),
      )
      .map(({ name }) =>
        event('DeliveryRequested', { deliveryId: deliveryIdOf(name, told, cause), channel: name, ...told }),
      ),
  );
};
