import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

/** Blocks of a message. */
const BLOCKS_MAX = 50;
/** Messages of a channel within a second. */
const AT_ONCE_MAX = 2;
/** Characters of all texts of a message; beyond, `msg_blocks_too_long`. */
const MESSAGE_CHARS_MAX = 13_000;

const plain = (charsMax: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(charsMax),
    emoji: z.boolean().optional(),
  });
const mrkdwn = (charsMax: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(charsMax) });

const button = z.strictObject({
  type: z.literal('button'),
  action_id: z.string().min(1).max(255),
  text: plain(75),
  url: z.url().max(3_000).optional(),
  value: z.string().max(2_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: z
    .strictObject({
      title: plain(100),
      text: mrkdwn(300),
      confirm: plain(30),
      deny: plain(30),
      style: z.enum(['primary', 'danger']).optional(),
    })
    .optional(),
});

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('section'), text: mrkdwn(3_000) }),
  z.strictObject({ type: z.literal('header'), text: plain(150) }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z
      .array(button)
      .min(1)
      .max(25)
      .refine((each) => new Set(each.map(({ action_id: id }) => id)).size === each.length),
  }),
]);

const blocks = z.array(block).max(BLOCKS_MAX);
type Block = z.infer<typeof block>;

/** A message as its readers see it now. */
export interface SlackPost {
  readonly channel: string;
  readonly ts: string;
  /** The message under which it is. */
  readonly thread: string | undefined;
  /** Whether the channel shows it too. */
  readonly isBroadcast: boolean;
  text: string;
  blocks: readonly Block[];
  /** How often it was changed. */
  edits: number;
}

/** What the fake knows of a workspace. */
export interface SlackWorkspace {
  readonly token: string;
  /** Ids of channels by what they may be asked for: a name, a user. Ids themselves are always known. */
  readonly channels: Readonly<Record<string, string>>;
  /** Path of the incoming webhook and the id of its channel. */
  readonly webhook: { readonly path: string; readonly channel: string };
  /** With a clock, more than a message a second of a channel is refused, but for one more at once: they let short bursts pass. */
  readonly nowMs?: () => number;
}

/** A fake of Slack's Web API and of an incoming webhook that refuses what the real ones refuse. */
export interface FakeSlack extends FakeReceiver {
  /** In order of posting. */
  readonly posts: readonly SlackPost[];
}

const callSchema = z.looseObject({
  channel: z.string().optional(),
  ts: z.string().optional(),
  thread_ts: z.string().optional(),
  reply_broadcast: z.boolean().optional(),
  text: z.string().max(40_000).optional(),
  blocks: z.unknown().optional(),
});
type SlackCall = z.infer<typeof callSchema>;

const refusal = (error: string): ReceiverAnswer => ({ status: 200, body: { ok: false, error } });
const textAnswer = (status: number, body: string): ReceiverAnswer => ({
  status,
  body,
  headers: { 'content-type': 'text/plain' },
});

/** What is wrong with the content of a message; its blocks when nothing is. */
const contentOf = ({ text, blocks: given }: SlackCall): readonly Block[] | string => {
  if (given === undefined) return text === undefined || text === '' ? 'no_text' : [];
  const read = blocks.safeParse(given);
  if (!read.success) return 'invalid_blocks';
  const chars = JSON.stringify(read.data.map((each) => ('text' in each ? each.text.text : ''))).length;
  return chars > MESSAGE_CHARS_MAX ? 'msg_blocks_too_long' : read.data;
};

const jsonOf = (request: ReceivedRequest): SlackCall | undefined => {
  try {
    return callSchema.safeParse(JSON.parse(request.body)).data;
  } catch {
    return undefined;
  }
};

/** Messages by channel and time, and how fast they may come. */
class Workspace {
  readonly posts: SlackPost[] = [];
  private readonly takenAtMs = new Map<string, readonly number[]>();

  constructor(readonly given: SlackWorkspace) {}

  channelOf(name: string | undefined): string | undefined {
    const ids = Object.values(this.given.channels);
    return name !== undefined && ids.includes(name) ? name : this.given.channels[name ?? ''];
  }

  /** Whether this is more than that; counted only when it is not. */
  isTooFast(channel: string): boolean {
    const nowMs = this.given.nowMs?.();
    if (nowMs === undefined) return false;
    const recent = (this.takenAtMs.get(channel) ?? []).filter((atMs) => nowMs - atMs < 1_000);
    if (recent.length >= AT_ONCE_MAX) return true;
    this.takenAtMs.set(channel, [...recent, nowMs]);
    return false;
  }

  find(channel: string | undefined, ts: string | undefined): SlackPost | undefined {
    return this.posts.find((post) => post.channel === channel && post.ts === ts);
  }

  add(channel: string, call: SlackCall, content: readonly Block[]): SlackPost {
    const ts = `1626954424.${String(this.posts.length + 1).padStart(6, '0')}`;
    const { text = '', thread_ts: thread, reply_broadcast: isBroadcast = false } = call;
    const added = { channel, ts, thread, isBroadcast, text, blocks: content, edits: 0 };
    this.posts.push(added);
    return added;
  }
}

const RATE_LIMITED: ReceiverAnswer = {
  status: 429,
  body: { retry_after: 1, ok: false, error: 'rate_limited' },
  headers: { 'retry-after': '1' },
};

const taken = ({ channel, ts, text, blocks: shown }: SlackPost): ReceiverAnswer => ({
  status: 200,
  body: { ok: true, channel, ts, message: { type: 'message', text, blocks: shown } },
});

const postMessage = (workspace: Workspace, call: SlackCall): ReceiverAnswer => {
  const channel = workspace.channelOf(call.channel);
  if (channel === undefined) return refusal('channel_not_found');
  if (call.thread_ts !== undefined && workspace.find(channel, call.thread_ts) === undefined)
    return refusal('thread_not_found');
  const content = contentOf(call);
  if (typeof content === 'string') return refusal(content);
  return workspace.isTooFast(channel) ? RATE_LIMITED : taken(workspace.add(channel, call, content));
};

/** Only an id names the channel of a message that is changed. */
const update = (workspace: Workspace, call: SlackCall): ReceiverAnswer => {
  if (workspace.channelOf(call.channel) !== call.channel) return refusal('channel_not_found');
  const found = workspace.find(call.channel, call.ts);
  if (found === undefined) return refusal('message_not_found');
  const content = contentOf(call);
  if (typeof content === 'string') return refusal(content);
  found.text = call.text ?? '';
  found.blocks = content;
  found.edits += 1;
  return taken(found);
};

const METHODS: Readonly<Record<string, (workspace: Workspace, call: SlackCall) => ReceiverAnswer>> = {
  '/api/chat.postMessage': postMessage,
  '/api/chat.update': update,
};

const webhookAnswer = (workspace: Workspace, request: ReceivedRequest): ReceiverAnswer => {
  const call = jsonOf(request);
  if (call === undefined) return textAnswer(400, 'invalid_payload');
  const content = contentOf(call);
  if (typeof content === 'string') return textAnswer(400, content);
  const { channel } = workspace.given.webhook;
  if (workspace.isTooFast(channel)) return RATE_LIMITED;
  workspace.add(channel, call, content);
  return textAnswer(200, 'ok');
};

const answerOf = (workspace: Workspace, request: ReceivedRequest): ReceiverAnswer => {
  const { method, path, headers } = request;
  const { token, webhook } = workspace.given;
  if (method !== 'POST') return refusal('unknown_method');
  if (path === webhook.path) return webhookAnswer(workspace, request);
  if (path.startsWith('/services/')) return textAnswer(403, 'invalid_token');
  const called = METHODS[path];
  if (called === undefined) return refusal('unknown_method');
  if (headers['authorization'] !== `Bearer ${token}`) return refusal('invalid_auth');
  if (!String(headers['content-type']).startsWith('application/json')) return refusal('invalid_post_type');
  const call = jsonOf(request);
  return call === undefined ? refusal('invalid_json') : called(workspace, call);
};

/** Starts the fake: it answers 200 with `ok: false` to what it does not take, as Slack does, and text to a webhook. */
export const startFakeSlack = async (given: SlackWorkspace): Promise<FakeSlack> => {
  const workspace = new Workspace(given);
  const receiver = await startFakeReceiver((request) => answerOf(workspace, request));
  return { ...receiver, posts: workspace.posts };
};
