import { z } from 'zod';
import { isRefusal, refuse, type Refusal, REPLY_ACTIONS } from '#contracts';
import { type ReplyActs, replyIdOf } from './reply-acts.js';
import { slackCaller, type SlackUsers } from './slack-users.js';

const payloadSchema = z.looseObject({
  type: z.literal('block_actions'),
  user: z.looseObject({
    id: z.string().min(1).max(64),
    username: z.string().min(1).max(100).optional(),
    name: z.string().min(1).max(100).optional(),
  }),
  actions: z
    .array(z.looseObject({ action_id: z.string().max(255), value: z.string().min(1).max(128).optional() }))
    .min(1)
    .max(1),
  response_url: z.string().max(2_000).optional(),
});

/** Somebody pressed a button. */
export type SlackPress = z.infer<typeof payloadSchema>;

/** The press in a body as Slack sends it: a form with JSON in field `payload`. */
export const readSlackPress = (body: Uint8Array): SlackPress | Refusal => {
  try {
    const payload = new URLSearchParams(Buffer.from(body).toString('utf8')).get('payload') ?? '';
    const read = payloadSchema.safeParse(JSON.parse(payload));
    return read.success ? read.data : refuse('BODY_INVALID', read.error.issues[0]?.message ?? 'invalid', '/payload');
  } catch {
    return refuse('BODY_UNPARSABLE', 'expected a form with JSON in field payload');
  }
};

/** Slack's own address alone is answered: what a payload names is otherwise anybody's. */
export const isSlackAddress = (url: string | undefined): url is string =>
  url !== undefined && URL.canParse(url) && new URL(url).origin === 'https://hooks.slack.com';

/** Buttons that open an address by themselves; Slack tells of their press all the same. */
const OPENS = /^(open|link_\d+)$/;

const unknown = (id: string): string =>
  `Not done: Tocsin does not know you (${id}). Whoever runs it lists you in SLACK_USERS.`;

/**
 * Does what a button says, and answers in words for the one who pressed it; `signature` tells the same request again. undefined: there is
 * nothing to say.
 */
export const answerSlackPress = async (
  acts: ReplyActs,
  users: SlackUsers,
  press: SlackPress,
  signature: string,
): Promise<string | undefined> => {
  const [pressed] = press.actions;
  if (OPENS.test(pressed?.action_id ?? '')) return undefined;
  const action = REPLY_ACTIONS.find((each) => each === pressed?.action_id);
  const incidentId = pressed?.value;
  if (action === undefined || incidentId === undefined) return 'Tocsin knows no such button.';
  const { id, username, name } = press.user;
  const caller = slackCaller(users, id, username ?? name);
  if (caller === undefined) return unknown(id);
  const done = await acts.runOnce(replyIdOf('slack', signature), action, { incidentId, caller, via: 'slack' });
  return isRefusal(done) ? `Not done: ${done.detail}.` : `Done: ${done}.`;
};
