import type { EventLog } from '#event-log';
import type { Logger } from '#runtime';
import type { DueDelivery, SpooledRepository } from '#store';
import type { AttemptAnswer } from '../channels/attempt.decide.js';
import { spoolIdOf, type SpooledPage, type SpoolResult } from './spool-entry.js';
import type { SpoolSender } from './spool-sender.js';

/** What spools know of a delivery that is due. */
export interface SpooledAnswer {
  /** undefined: it is to be sent. */
  readonly answer: AttemptAnswer | undefined;
  /** It may have left from a spool, at a receiver that cannot tell a repetition. */
  readonly wasUnknown: boolean;
}

/** Of what no spool knows. */
export const NOT_SPOOLED: SpooledAnswer = { answer: undefined, wasUnknown: false };

/** Longest detail that is kept of an answer; the event allows 500. */
const DETAIL_CHARS_MAX = 300;

interface Answered {
  readonly status: number | null;
  readonly detail: string;
  readonly receiverId?: string | null | undefined;
}

const deliveredAnswer = ({ status, detail, receiverId }: Answered): AttemptAnswer => ({
  kind: 'answered',
  status: status ?? 200,
  retryAfter: null,
  detail: `sent from the spool: ${detail}`.slice(0, DETAIL_CHARS_MAX),
  ...(receiverId === undefined || receiverId === null ? {} : { receiverId }),
});

/** Asks the spool of this dispatcher, and what others recorded of theirs: of a trigger that goes to where the channel reaches by itself. */
export const spooledBy =
  (sender: Pick<SpoolSender, 'takeOver'>, recorded: Pick<SpooledRepository, 'find'>) =>
  async ({ subject, action, channel, dedupKey, address, attempts }: DueDelivery): Promise<SpooledAnswer> => {
    if (subject !== 'page' || action !== 'trigger' || (address ?? null) !== null || attempts > 0) return NOT_SPOOLED;
    const spoolId = spoolIdOf({ channel, dedupKey, action });
    const own = await sender.takeOver(spoolId);
    const other = await recorded.find(spoolId);
    // What was told before is over at its receiver.
    if (other?.isEnded === true) return NOT_SPOOLED;
    if (own.kind === 'delivered') return { answer: deliveredAnswer(own), wasUnknown: own.isUnknown };
    const wasUnknown = (own.kind === 'not delivered' && own.isUnknown) || (other?.isUnknown ?? false);
    return { answer: other?.outcome === 'delivered' ? deliveredAnswer(other) : undefined, wasUnknown };
  };

/** Tells the other dispatchers, by the log, what became of a page: with the database away it is the one thing that they share. */
export const tellOthers =
  (eventLog: Pick<EventLog, 'append'>, logger: Logger) =>
  ({ spoolId, channel, dedupKey, action }: SpooledPage, result: SpoolResult): void => {
    const { outcome, status, detail, receiverId, doubts = 0, atMs: at } = result;
    if (action !== 'trigger' || outcome === 'retry') return;
    const unknown = doubts > 0 ? { isUnknown: true } : {};
    const sent = { kind: 'sent', spoolId, channel, dedupKey, outcome, status, detail, receiverId, ...unknown, at };
    const headers = { 'content-type': 'application/json' };
    void eventLog
      .append('pages.urgent', [{ key: dedupKey, value: Buffer.from(JSON.stringify(sent)), headers }])
      .catch((error: Error) =>
        logger.warn({ err: error, dedupKey }, 'the others cannot be told of a page that was sent'),
      );
  };
