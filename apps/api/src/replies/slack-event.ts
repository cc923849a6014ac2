import { z } from 'zod';
import { isRefusal, refuse, type Refusal } from '#contracts';
import { type ReplyActs, replyIdOf } from './reply-acts.js';
import { slackCaller, type SlackUsers } from './slack-users.js';

const id = z.string().min(1).max(64);

const eventSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('url_verification'), challenge: z.string().min(1).max(1_000) }),
  z.looseObject({ type: z.literal('event_callback'), event_id: id, event: z.looseObject({ type: id }) }),
]);

/** What Slack tells of: something that happened, or, once, whether the address is ours. */
export type SlackEvent = z.infer<typeof eventSchema>;

/** Something that happened. */
export type SlackHappened = Extract<SlackEvent, { readonly type: 'event_callback' }>;

/** Reads a request of Slack's Events API. */
export const readSlackEvent = (body: Uint8Array): SlackEvent | Refusal => {
  try {
    const read = eventSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return read.success ? read.data : refuse('BODY_INVALID', read.error.issues[0]?.message ?? 'invalid');
  } catch {
    return refuse('BODY_UNPARSABLE', 'not JSON');
  }
};

/**
 * What somebody typed in a thread; shown in the channel as well, or with a file, it is typed no less. Every other subtype tells of an edit,
 * a deletion or what a program said; programs have a `bot_id`, Tocsin's own messages among them.
 */
const typedSchema = z.looseObject({
  type: z.literal('message'),
  subtype: z.enum(['thread_broadcast', 'file_share']).optional(),
  bot_id: z.never().optional(),
  channel: z.string().regex(/^[A-Z0-9]{1,32}$/),
  thread_ts: z.string().regex(/^\d{1,12}\.\d{1,12}$/),
  user: id,
  text: z.string(),
});

const RECEIVER = 'slack';

/** As it was typed: Slack escapes its own three characters. */
const typedText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim();

const nothing = (because: string) => ({ taken: false, because });

/**
 * Takes what happened: what somebody typed in the thread of a page is in its incident's timeline, once by the event's id. The page is found
 * by what Slack calls its message, `<channel>:<ts>` as its deliveries keep it. Of nothing else is there anything to do.
 */
export const takeSlackEvent = async (
  acts: ReplyActs,
  users: SlackUsers,
  { event_id, event }: SlackHappened,
): Promise<{ readonly taken: boolean; readonly because: string }> => {
  const typed = typedSchema.safeParse(event);
  if (!typed.success) return nothing('nobody typed it in a thread');
  const { channel, thread_ts, user } = typed.data;
  const text = typedText(typed.data.text);
  if (text === '') return nothing('it has no words');
  const incidentId = await acts.incidentPagedAs(RECEIVER, `${channel}:${thread_ts}`);
  if (incidentId === undefined) return nothing('it is about no incident of ours');
  const caller = slackCaller(users, user);
  if (caller === undefined) return nothing(`user ${user} is not in SLACK_USERS`);
  const reply = { incidentId, caller, via: RECEIVER };
  const refusal = await acts.noteOnce(replyIdOf(RECEIVER, event_id), reply, text);
  return isRefusal(refusal) ? nothing(refusal.detail) : { taken: true, because: event.type };
};
