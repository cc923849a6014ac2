import type { EventData } from '#contracts';
import { isCall } from './urgency.js';

type Asked = Pick<EventData<'DeliveryRequested'>, 'subject' | 'action' | 'body'>;

/** A delivery of one key through one channel that was not accepted yet. */
export interface Unsent extends Asked {
  readonly deliveryId: string;
  readonly attempts: number;
  /** Whether one of its attempts may have arrived though no answer did. */
  readonly isLost: boolean;
  readonly requestedAt: number;
}

/** What becomes of a queue. */
export interface Superseding {
  readonly superseded: readonly { readonly deliveryId: string; readonly because: string }[];
  /** What leaves in their place, and the end of it for receivers that would keep it open. */
  readonly notice?: {
    readonly body: Readonly<Record<string, unknown>>;
    readonly endBody: Readonly<Record<string, unknown>>;
  };
}

/**
 * What waits no longer than this is on its way, and leaves as it was asked for; what waits longer was held up by a receiver, a pace or a
 * stop of ours.
 */
export const HELD_UP_MS = 5_000;

/** Whether a delivery was held up: only then is it looked at what follows it. */
export const isHeldUp = ({ attempts, requestedAt }: Pick<Unsent, 'attempts' | 'requestedAt'>, nowMs: number): boolean =>
  attempts > 0 || nowMs - requestedAt >= HELD_UP_MS;

/** What an update says beside the state of its incident: only one that says the same takes its place. */
const sayingOf = ({ action, body }: Unsent): string => {
  if (action === 'status_update') return 'status';
  const { widens, notice, rollbackId } = body;
  return JSON.stringify([widens, notice, rollbackId]);
};

const isUpdate = ({ action }: Unsent): boolean => action === 'update' || action === 'status_update';

/** What a resolve makes pointless: news of what is over. What was asked for is still asked for. */
const isOver = ({ action, body }: Unsent): boolean =>
  // A notice of what began and ended is all that is said of it.
  (action === 'update' && body['over'] === undefined) || action === 'acknowledge';

const replacedBy = (older: Unsent, newer: readonly Unsent[]): string | undefined => {
  if (isOver(older) && newer.some(({ action }) => action === 'resolve')) return 'it is over: its resolve says so';
  const isReplaced =
    isUpdate(older) && newer.some((each) => each.action === older.action && sayingOf(each) === sayingOf(older));
  return isReplaced ? 'a newer update says what it would have said' : undefined;
};

/** Nobody is woken for what is over. */
const OVER_SEVERITY = 'info';

/** What ends such a notice: of the same severity, by which some receivers know what it ends. */
export const overEndBody = (end: Unsent['body']): Record<string, unknown> => ({ ...end, severity: OVER_SEVERITY });

/** What tells a call and its end at once, by the bodies of both: at a low severity. */
export const overBody = ({ at: startedAt, title }: Unsent['body'], end: Unsent['body']): Record<string, unknown> => ({
  ...end,
  title: `began and ended before it could be told: ${String(end['title'] ?? title)}`,
  severity: OVER_SEVERITY,
  over: { startedAt, resolvedAt: end['at'] },
});

/** The queue as one notice, where its call and the end of it are both in it, and no attempt of it may have arrived. */
const bothInOne = (queue: readonly Unsent[], head: Unsent): Superseding | undefined => {
  const end = queue.findIndex(({ action }) => action === 'resolve');
  const resolve = queue[end];
  const told = queue.slice(0, end + 1);
  if (resolve === undefined || !isCall(head) || told.some(({ isLost }) => isLost)) return undefined;
  const because = 'it began and ended before it could be told: one notice says both';
  const notice = { body: overBody(head.body, resolve.body), endBody: overEndBody(resolve.body) };
  return { superseded: told.map(({ deliveryId }) => ({ deliveryId, because })), notice };
};

/** What became of the earlier deliveries of the same key through the same channel. */
export interface ToldBefore {
  /** One of them was accepted, or may have been. */
  readonly isAccepted: boolean;
  /** A call of them was given up. */
  readonly isCallGivenUp: boolean;
}

/** A receiver drops what ends a call that it never took. */
const endsNothing = ({ action }: Unsent, { isAccepted, isCallGivenUp }: ToldBefore): boolean =>
  (action === 'resolve' || action === 'acknowledge') && isCallGivenUp && !isAccepted;

/**
 * Decides on a queue of one key, the oldest first, whose head was claimed. Of what was held up, a newer update takes the place of an
 * older one, and a resolve that of all news. Where neither the call nor its resolve were ever told, one notice of low urgency tells both:
 * no silence, and nobody is woken for what is over. A call that may have arrived is sent again, and resolved after it, or it would stay open.
 */
export const decideSuperseded = (queue: readonly Unsent[], before: ToldBefore, nowMs: number): Superseding => {
  const [head] = queue;
  if (head === undefined || head.subject === 'command') return { superseded: [] };
  if (endsNothing(head, before))
    return { superseded: [{ deliveryId: head.deliveryId, because: 'the receiver never took what it would end' }] };
  if (!isHeldUp(head, nowMs)) return { superseded: [] };
  const superseded = queue.flatMap((each, index) => {
    const because = replacedBy(each, queue.slice(index + 1));
    return because === undefined ? [] : [{ deliveryId: each.deliveryId, because }];
  });
  return bothInOne(queue, head) ?? { superseded };
};
