import { createHash } from 'node:crypto';
import { event, type EventOf, type RecordedEvent, streamOf } from '#contracts';
import { type Addressee, isEcho } from '#domain';
import { changesOf } from './change-deliveries.js';
import { drilledChannel, drillTold, isDrillNews } from './drill-deliveries.js';
import type { DeliveryContext } from './delivery-context.js';
import type { ChannelRow, DeliveryAction, Told } from './delivery-told.js';
import { pagesOf } from './page-deliveries.js';
import { isSpooledPage } from './spooled-end.js';
import { isStatusNews, statusDeliveriesOf } from './status-deliveries.js';

export type { DeliveryContext } from './delivery-context.js';
export type { ChannelRow, DeliverySubject } from './delivery-told.js';

// The same incident may be acknowledged twice: its version tells the two apart, and a repetition of the append does not differ.
const derivedIdOf = ({ channel, address }: Addressee, told: Told, cause: RecordedEvent): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        channel,
        told.dedupKey,
        told.action,
        cause.stream,
        cause.version,
        ...(address === undefined ? [] : [address]),
      ]),
    )
    .digest('hex')
    .slice(0, 32);

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
} as const satisfies Partial<Record<string, DeliveryAction>>;

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

const toldBy = (cause: RecordedEvent, context: DeliveryContext): readonly Told[] => {
  const { event: told } = cause;
  if (told.type === 'DeliveryRequested') return context.saidSince ?? [];
  if (isRolloutNews(told)) return [newsOf(told)];
  if (isSpooledPage(told)) return context.spooledEnd ?? [];
  if (isDrillNews(told)) return drillTold(told, context);
  if (isStatusNews(told)) return statusDeliveriesOf(told, context.calls);
  if (told.type === 'FallbackCommanded' || told.type === 'FallbackEnded') return noticesOf(told);
  return told.type === 'CommandSigned' || told.type === 'WaveRepeated'
    ? commandOf(told, context)
    : pagesOf(cause, context);
};

const receiversOf = ({ to, subject }: Told, channels: readonly ChannelRow[]): readonly Addressee[] =>
  to ?? channels.filter((channel) => channel.subject === subject).map(({ name }) => ({ channel: name }));

/**
 * The deliveries that an event asks for: one for each receiver; where nobody is named, for each channel of its subject. A page goes
 * out when an incident opens, or is unmuted where it opened muted, is acknowledged, escalated or resolved, when it asks for something,
 * and when it became twice as bad or about more of the fleet than it was told, and when a rollback has ended; a command when it is
 * signed, never before, and again when it is repeated; a message to a customer when a fallback tells it something; what the public is
 * told, and a page when that is overdue; the end of an incident whose page a spool had told; what became of a call that falls over; what a gate or a person decided of a rollout; and each step of a rollout and wave of a
 * rollback, as a change. Ids follow from the event, so a repeated append asks for nothing new.
 */
export const deliveriesFor = (
  cause: RecordedEvent,
  context: DeliveryContext,
  channels: readonly ChannelRow[],
): readonly EventOf<'DeliveryRequested'>[] => {
  const only = drilledChannel(cause);
  return [...toldBy(cause, context), ...changesOf(cause.event, context)].flatMap((told) => {
    const { to: _receivers, ...said } = told;
    const receivers = receiversOf(told, channels).filter(
      ({ channel }) =>
        (only === undefined || channel === only) &&
        !isEcho(cause.event, context.calls, { dedupKey: told.dedupKey, channel }),
    );
    return receivers.map((receiver) => {
      const deliveryId = derivedIdOf(receiver, told, cause);
      return event('DeliveryRequested', { deliveryId, ...receiver, ...said });
    });
  });
};
