import { refuse, type Refusal, streamOf } from '#contracts';
import {
  type AlertRepository,
  type CommandRepository,
  type DeliveryRepository,
  type IncidentRepository,
  type Queryable,
  readStream,
  type RedirectRepository,
  type RollbackRepository,
} from '#store';
import type { ExplainedKind, Explanation } from './explanation.js';

/** What explanations are read from. */
export interface ExplainParts {
  readonly database: Queryable;
  readonly alerts: AlertRepository;
  readonly incidents: IncidentRepository;
  readonly rollbacks: RollbackRepository;
  readonly redirects: RedirectRepository;
  readonly commands: CommandRepository;
  readonly deliveries: DeliveryRepository;
}

/** A thing that is explained, and the streams that tell why. */
export interface Explained {
  readonly kind: Explanation['kind'];
  readonly streams: readonly string[];
  /** Alerts that are part of it; events that name others are left out. Undefined: all. */
  readonly alertIds: readonly string[] | undefined;
  /** What came later is no reason for it, except what became of it itself. */
  readonly asked?: { readonly position: number; readonly stream: string };
}

/** Deliveries of one key that are explained: more than an outage of a day makes. */
const DELIVERIES_MAX = 50;

type Find = (parts: ExplainParts, id: string) => Promise<Explained | undefined>;

const deliveriesOf = async ({ deliveries }: ExplainParts, keys: readonly string[]): Promise<readonly string[]> => {
  const streams: string[] = [];
  // One after the other: an explanation must not take every connection of the pool.
  for (const dedupKey of keys)
    for (const { deliveryId } of await deliveries.list({ dedupKey, limit: DELIVERIES_MAX }))
      streams.push(streamOf.delivery(deliveryId));
  return streams;
};

const commandStreams = async (parts: ExplainParts, commandIds: readonly string[]): Promise<readonly string[]> => [
  ...commandIds.map(streamOf.command),
  ...(await deliveriesOf(parts, commandIds)),
];

const findIncident: Find = async (parts, incidentId) => {
  const incident = await parts.incidents.findRow(incidentId);
  if (incident === undefined) return undefined;
  const rollbacks = await parts.rollbacks.list({ incidentId, limit: DELIVERIES_MAX });
  const redirects = await parts.redirects.list({ incidentId, limit: DELIVERIES_MAX });
  const commandIds = [
    ...rollbacks.flatMap(({ waves }) => waves.flatMap(({ commandId }) => commandId ?? [])),
    ...redirects.flatMap(({ commands }) => commands.map(({ commandId }) => commandId)),
  ];
  const keys = [incidentId, ...incident.escalations.map(({ to }) => `${incidentId}:${to}`)];
  return {
    kind: 'incident',
    alertIds: undefined,
    streams: [
      ...incident.alertIds.map(streamOf.alert),
      streamOf.incident(incidentId),
      ...rollbacks.map(({ rollbackId }) => streamOf.rollback(rollbackId)),
      ...redirects.map(({ redirectId }) => streamOf.redirect(redirectId)),
      ...(await commandStreams(parts, commandIds)),
      ...(await deliveriesOf(parts, keys)),
    ],
  };
};

const findAlert: Find = async (parts, alertId) => {
  const alert = await parts.alerts.find(alertId);
  if (alert === undefined) return undefined;
  const own = streamOf.alert(alertId);
  const incident = alert.incidentId === null ? undefined : await findIncident(parts, alert.incidentId);
  const others = incident?.streams.filter((stream) => !stream.startsWith('alert-')) ?? [];
  return { kind: 'alert', streams: [own, ...others], alertIds: [alertId] };
};

const findRollback: Find = async (parts, rollbackId) => {
  const rollback = await parts.rollbacks.find(rollbackId);
  if (rollback === undefined) return undefined;
  const { incidentId } = rollback;
  const incident = incidentId === null ? undefined : await parts.incidents.findRow(incidentId);
  const commandIds = rollback.waves.flatMap(({ commandId }) => commandId ?? []);
  const alerts = incident?.alertIds.map(streamOf.alert) ?? [];
  const ofIncident = incidentId === null ? [] : [streamOf.incident(incidentId)];
  const streams = [...alerts, ...ofIncident, streamOf.rollback(rollbackId)];
  return {
    kind: 'rollback',
    streams: [...streams, ...(await commandStreams(parts, commandIds))],
    alertIds: undefined,
  };
};

const findRedirect: Find = async (parts, redirectId) => {
  const redirect = await parts.redirects.find(redirectId);
  if (redirect === undefined) return undefined;
  const { alertId, incidentId, commands } = redirect;
  const streams = [streamOf.alert(alertId), streamOf.incident(incidentId), streamOf.redirect(redirectId)];
  const commandIds = commands.map((each) => each.commandId);
  return {
    kind: 'redirect',
    streams: [...streams, ...(await commandStreams(parts, commandIds))],
    alertIds: [alertId],
  };
};

const findCommand: Find = async (parts, commandId) => {
  const command = await parts.commands.find(commandId);
  if (command === undefined) return undefined;
  const { rollbackId, redirectId } = command;
  const whole =
    rollbackId === null ? await findRedirect(parts, redirectId ?? '') : await findRollback(parts, rollbackId);
  const before = whole?.streams.filter((stream) => !/^(?:command|delivery)-/.test(stream)) ?? [];
  const streams = [...before, ...(await commandStreams(parts, [commandId]))];
  return { kind: 'command', streams, alertIds: whole?.alertIds };
};

const findDelivery: Find = async (parts, deliveryId) => {
  const own = streamOf.delivery(deliveryId);
  const [requested] = await readStream(parts.database, own);
  if (requested?.event.type !== 'DeliveryRequested') return undefined;
  const { dedupKey, subject } = requested.event.data;
  const whole =
    subject === 'command'
      ? await findCommand(parts, dedupKey)
      : await findIncident(parts, dedupKey.split(':')[0] ?? '');
  const others = whole?.streams.filter((stream) => !stream.startsWith('delivery-')) ?? [];
  const asked = { position: requested.position, stream: own };
  return { kind: 'delivery', streams: [...others, own], alertIds: whole?.alertIds, asked };
};

const FIND: Readonly<Record<Explanation['kind'], Find>> = {
  alert: findAlert,
  incident: findIncident,
  delivery: findDelivery,
  command: findCommand,
  rollback: findRollback,
  redirect: findRedirect,
};

/** Finds a thing and the streams that tell why it is as it is. */
export const findExplained = async (
  parts: ExplainParts,
  kind: ExplainedKind,
  id: string,
): Promise<Explained | Refusal> => {
  const named = kind === 'page' ? 'delivery' : kind;
  const finds = named === 'any' ? Object.values(FIND) : [FIND[named]];
  for (const find of finds) {
    const found = await find(parts, id);
    if (found !== undefined) return found;
  }
  const what = kind === 'any' ? 'no alert, incident, delivery, command, rollback or redirect' : `no ${kind}`;
  return refuse('NOT_FOUND', `there is ${what} ${id}`);
};
