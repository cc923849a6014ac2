import { event, type EventData, streamOf } from '#contracts';
import type { EventStore } from '#store';
import type { SpooledState } from './spool-index.js';
import { doubtsOf } from './taken-over.js';

type Outcome = EventData<'PageSpooled'>['outcome'];

/** Longest title of the event. */
const TITLE_CHARS_MAX = 300;

const spooledEvent = (known: SpooledState, outcome: Outcome, at: number) => {
  const { page, result } = known;
  const { spoolId, channel, dedupKey, action, body, spooledAtMs } = page;
  const { title } = body;
  return event('PageSpooled', {
    spoolId,
    channel,
    dedupKey,
    action,
    title: typeof title === 'string' ? title.slice(0, TITLE_CHARS_MAX) : '',
    outcome,
    status: result?.status ?? null,
    detail: result?.detail ?? '',
    ...(doubtsOf(known) > 0 ? { isUnknown: true } : {}),
    ...(result?.receiverId === undefined ? {} : { receiverId: result.receiverId }),
    spooledAtMs,
    at,
  });
};

/**
 * Records what became of a page that left from a spool, in a stream of its own. That stands there already, by an append whose answer was lost
 * or by another dispatcher, unless that one did not know that it arrived.
 */
export const recordSpooled = async (
  eventStore: Pick<EventStore, 'append' | 'readStream'>,
  known: SpooledState,
  outcome: Outcome,
  at: number,
): Promise<void> => {
  const { spoolId, dedupKey } = known.page;
  const stream = streamOf.spooled(spoolId);
  const events = [spooledEvent(known, outcome, at)];
  const cause = { actor: 'dispatcher', cause: dedupKey };
  const first = await eventStore.append([{ stream, expectedVersion: 0, events }], cause);
  if (!('conflict' in first) || outcome !== 'delivered') return;
  const recorded = await eventStore.readStream(stream);
  const isTold = recorded.some(({ event: { data } }) => 'outcome' in data && data.outcome === 'delivered');
  // On a conflict another dispatcher does the same in this moment.
  if (!isTold) await eventStore.append([{ stream, expectedVersion: recorded.length, events }], cause);
};
