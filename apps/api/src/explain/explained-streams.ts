import { refuse, type Refusal, streamOf } from '#contracts';
import type { CommandRow, IncidentRow } from '#store';
import { loadAll, type RequestLoaders } from '../loaders/request-loaders.js';
import type { ExplainedKind, Explanation } from './explanation.js';

/** A thing that is explained, and the streams that tell why, what says most of it first. */
export interface Explained {
  readonly kind: Explanation['kind'];
  readonly streams: readonly string[];
  /** Alerts that are part of it; events that name others are left out. Undefined: all. */
  readonly alertIds: readonly string[] | undefined;
  /** What came later is no reason for it, except what became of it itself. */
  readonly asked?: { readonly position: number; readonly stream: string };
  /** Which update of its stream is meant, where that holds several. */
  readonly update?: number;
}

/** Reads by the loaders: what is asked for at once is one query, and a row has at most 100 beside it. */
type Find = (loaders: RequestLoaders, id: string) => Promise<Explained | undefined>;

const flat = async (lists: readonly Promise<readonly string[]>[]): Promise<readonly string[]> =>
  (await Promise.all(lists)).flat();

/** Commands, and how each left. */
const commandStreams = (loaders: RequestLoaders, commandIds: readonly string[]): Promise<readonly string[]> =>
  flat(
    commandIds.map(async (commandId) => [
      streamOf.command(commandId),
      ...(await loaders.deliveriesUnder(commandId)).map(({ deliveryId }) => streamOf.delivery(deliveryId)),
    ]),
  );

/** An incident and the alerts in it: where most of what was decided comes from. */
const originOf = ({ incidentId, alertIds }: IncidentRow): readonly string[] => [
  streamOf.incident(incidentId),
  ...alertIds.map(streamOf.alert),
];

const findIncident: Find = async (loaders, incidentId) => {
  const incident = await loaders.incident(incidentId);
  if (incident === undefined) return undefined;
  const [rollbacks, redirects, pages] = await Promise.all([
    loadAll(loaders.rollback, incident.rollbackIds),
    loadAll(loaders.redirect, incident.redirectIds),
    loaders.pagesOf(incidentId),
  ]);
  const commandIds = [
    ...rollbacks.flatMap(({ waves }) => waves.flatMap(({ commandId }) => commandId ?? [])),
    ...redirects.flatMap(({ commands }) => commands.map(({ commandId }) => commandId)),
  ];
  const streams = [
    streamOf.incident(incidentId),
    ...incident.rollbackIds.map(streamOf.rollback),
    ...incident.redirectIds.map(streamOf.redirect),
    ...pages.map(({ deliveryId }) => streamOf.delivery(deliveryId)),
    ...(await commandStreams(loaders, commandIds)),
    ...incident.alertIds.map(streamOf.alert),
    ...incident.alertIds.map(streamOf.alertResolution),
  ];
  return { kind: 'incident', alertIds: undefined, streams };
};

const findAlert: Find = async (loaders, alertId) => {
  const alert = await loaders.alert(alertId);
  if (alert === undefined) return undefined;
  const incident = alert.incidentId === null ? undefined : await findIncident(loaders, alert.incidentId);
  const own = [streamOf.alert(alertId), streamOf.alertResolution(alertId)];
  const others = incident?.streams.filter((stream) => !/^(?:alert|resolution)-/.test(stream)) ?? [];
  return { kind: 'alert', streams: [...own, ...others], alertIds: [alertId] };
};

const findRollback: Find = async (loaders, rollbackId) => {
  const rollback = await loaders.rollback(rollbackId);
  if (rollback === undefined) return undefined;
  const { incidentId, waves } = rollback;
  const incident = incidentId === null ? undefined : await loaders.incident(incidentId);
  const commandIds = waves.flatMap(({ commandId }) => commandId ?? []);
  const streams = [
    streamOf.rollback(rollbackId),
    ...(await commandStreams(loaders, commandIds)),
    ...(incident === undefined ? [] : originOf(incident)),
  ];
  return { kind: 'rollback', streams, alertIds: undefined };
};

const findRedirect: Find = async (loaders, redirectId) => {
  const redirect = await loaders.redirect(redirectId);
  if (redirect === undefined) return undefined;
  const { alertId, incidentId, commands } = redirect;
  const streams = [streamOf.redirect(redirectId), streamOf.alert(alertId), streamOf.incident(incidentId)];
  const commandIds = commands.map((each) => each.commandId);
  return {
    kind: 'redirect',
    streams: [...streams, ...(await commandStreams(loaders, commandIds))],
    alertIds: [alertId],
  };
};

/** A rollout with its gate: each stage, each verdict, its commands, and what took it back. */
const findRollout: Find = async (loaders, rolloutId) => {
  const rollout = await loaders.rollout(rolloutId);
  if (rollout === undefined) return undefined;
  const { rollbackId, steps } = rollout;
  const undone = rollbackId === null ? undefined : await findRollback(loaders, rollbackId);
  const own = await commandStreams(
    loaders,
    steps.flatMap(({ commandId }) => commandId ?? []),
  );
  const streams = [streamOf.rollout(rolloutId), ...own, ...(undone?.streams ?? [])];
  return { kind: 'rollout', streams, alertIds: undefined };
};

const findOverride: Find = async (loaders, overrideId) => {
  const override = await loaders.override(overrideId);
  if (override === undefined) return undefined;
  const rollback = await findRollback(loaders, override.rollbackId);
  return {
    kind: 'override',
    streams: [streamOf.override(overrideId), ...(rollback?.streams ?? [])],
    alertIds: undefined,
  };
};

const findFallback: Find = async (loaders, fallbackId) => {
  const fallback = await loaders.fallback(fallbackId);
  if (fallback === undefined) return undefined;
  const incident = await loaders.incident(fallback.incidentId);
  const commandIds = fallback.commands.map(({ commandId }) => commandId);
  const streams = [
    streamOf.fallback(fallbackId),
    ...(await commandStreams(loaders, commandIds)),
    ...(incident === undefined ? [] : originOf(incident)),
  ];
  return { kind: 'fallback', streams, alertIds: undefined };
};

const STATUS_UPDATE_ID = /^(?<incidentId>.+)\/(?<n>\d+)$/;

/** By its incident and its number: `in1/2`. */
const findStatusUpdate: Find = async (loaders, id) => {
  const { incidentId = '', n } = STATUS_UPDATE_ID.exec(id)?.groups ?? {};
  if (n === undefined) return undefined;
  const stream = streamOf.status(incidentId);
  const [incident, told] = await Promise.all([loaders.incident(incidentId), loaders.stream(stream)]);
  const drafted = told?.events.find(({ event }) => event.type === 'StatusUpdateDrafted' && event.data.n === Number(n));
  if (incident === undefined || drafted === undefined) return undefined;
  return {
    kind: 'status_update',
    streams: [stream, ...originOf(incident)],
    alertIds: undefined,
    asked: { position: drafted.position, stream },
    update: Number(n),
  };
};

/** Who is called for an incident, by its id; whatever was sent to them is a part of it. */
const findEscalation: Find = async (loaders, incidentId) => {
  const [escalation, incident] = await Promise.all([loaders.escalation(incidentId), loaders.incident(incidentId)]);
  if (escalation === undefined || incident === undefined) return undefined;
  const pages = await loaders.pagesOf(incidentId);
  const streams = [
    streamOf.escalation(incidentId),
    ...pages.map(({ deliveryId }) => streamOf.delivery(deliveryId)),
    ...originOf(incident),
  ];
  return { kind: 'escalation', streams, alertIds: undefined };
};

/** What a command is a part of. */
const planOf = async (loaders: RequestLoaders, command: CommandRow): Promise<Explained | undefined> => {
  const { rollbackId, redirectId, rolloutId, fallbackId } = command;
  if (rollbackId !== null) return findRollback(loaders, rollbackId);
  if (redirectId !== null) return findRedirect(loaders, redirectId);
  if (rolloutId !== null) return findRollout(loaders, rolloutId);
  return fallbackId === null ? undefined : findFallback(loaders, fallbackId);
};

const findCommand: Find = async (loaders, commandId) => {
  const command = await loaders.command(commandId);
  if (command === undefined) return undefined;
  const whole = await planOf(loaders, command);
  const before = whole?.streams.filter((stream) => !/^(?:command|delivery)-/.test(stream)) ?? [];
  return {
    kind: 'command',
    streams: [...(await commandStreams(loaders, [commandId])), ...before],
    alertIds: whole?.alertIds,
  };
};

const findDelivery: Find = async (loaders, deliveryId) => {
  const own = streamOf.delivery(deliveryId);
  const [requested] = (await loaders.stream(own))?.events ?? [];
  if (requested?.event.type !== 'DeliveryRequested') return undefined;
  const { dedupKey, subject } = requested.event.data;
  const whole =
    subject === 'command'
      ? await findCommand(loaders, dedupKey)
      : await findIncident(loaders, dedupKey.split(':')[0] ?? '');
  const others = whole?.streams.filter((stream) => !stream.startsWith('delivery-')) ?? [];
  const asked = { position: requested.position, stream: own };
  return { kind: 'delivery', streams: [own, ...others], alertIds: whole?.alertIds, asked };
};

const FIND: Readonly<Record<Explanation['kind'], Find>> = {
  alert: findAlert,
  incident: findIncident,
  delivery: findDelivery,
  command: findCommand,
  rollback: findRollback,
  redirect: findRedirect,
  rollout: findRollout,
  override: findOverride,
  fallback: findFallback,
  status_update: findStatusUpdate,
  escalation: findEscalation,
};

/** Other words for a kind: a page is a delivery, and a gate is told in the stream of its rollout. */
const ALSO = { page: 'delivery', gate: 'rollout' } as const;

/** Finds a thing and the streams that tell why it is as it is. */
export const findExplained = async (
  loaders: RequestLoaders,
  kind: ExplainedKind,
  id: string,
): Promise<Explained | Refusal> => {
  const named = kind === 'page' || kind === 'gate' ? ALSO[kind] : kind;
  const finds = named === 'any' ? Object.values(FIND) : [FIND[named]];
  for (const find of finds) {
    const found = await find(loaders, id);
    if (found !== undefined) return found;
  }
  const what = kind === 'any' ? 'nothing that can be explained with the id' : `no ${kind.replace('_', ' ')}`;
  return refuse('NOT_FOUND', `there is ${what} ${id}`);
};
