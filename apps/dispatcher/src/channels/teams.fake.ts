import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

/** 28 KB in the smaller reading. */
const MESSAGE_BYTES_MAX = 28_000;
/** Requests of a second. */
const PER_SECOND_MAX = 4;

const color = z.enum(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention']);
const textBlock = z.strictObject({
  type: z.literal('TextBlock'),
  text: z.string().min(1),
  size: z.enum(['default', 'small', 'medium', 'large', 'extraLarge']).optional(),
  weight: z.enum(['default', 'lighter', 'bolder']).optional(),
  color: color.optional(),
  wrap: z.boolean().optional(),
});
const factSet = z.strictObject({
  type: z.literal('FactSet'),
  facts: z.array(z.strictObject({ title: z.string().min(1), value: z.string().min(1) })).min(1),
});
const cardSchema = z.strictObject({
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  type: z.literal('AdaptiveCard'),
  version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4']),
  body: z.array(z.discriminatedUnion('type', [textBlock, factSet])).min(1),
  actions: z
    .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string().min(1), url: z.url() }))
    .min(1)
    .max(6)
    .optional(),
  msteams: z.strictObject({ width: z.literal('full') }).optional(),
});
const messageSchema = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: cardSchema,
      }),
    )
    .length(1),
});

/** A card as the channel shows it. */
export type TeamsCard = z.infer<typeof cardSchema>;

/** A fake of a Workflows webhook that refuses what the real one refuses. */
export interface FakeTeams extends FakeReceiver {
  /** In order of arrival; nothing is folded. */
  readonly cards: readonly TeamsCard[];
}

const badRequest = (message: string): ReceiverAnswer => ({
  status: 400,
  body: { error: { code: 'BadRequest', message } },
});

const read = (request: ReceivedRequest, path: string): TeamsCard | ReceiverAnswer => {
  if (request.path !== path) return { status: 401, body: { error: { code: 'DirectApiAuthorizationRequired' } } };
  if (request.method !== 'POST') return { status: 404, body: {} };
  if (Buffer.byteLength(request.body) > MESSAGE_BYTES_MAX)
    return { status: 413, body: { error: { code: 'RequestEntityTooLarge' } } };
  try {
    const parsed = messageSchema.safeParse(JSON.parse(request.body));
    const content = parsed.data?.attachments[0]?.content;
    return content ?? badRequest(parsed.error?.issues[0]?.message ?? 'no card');
  } catch {
    return badRequest('the body is not JSON');
  }
};

/** Starts the fake, whose webhook is at `path`; with a clock, more than four requests a second are throttled. */
export const startFakeTeams = async (path: string, nowMs?: () => number): Promise<FakeTeams> => {
  const cards: TeamsCard[] = [];
  let times: number[] = [];
  const isTooFast = (): boolean => {
    if (nowMs === undefined) return false;
    const now = nowMs();
    times = [...times.filter((at) => now - at < 1_000), now];
    return times.length > PER_SECOND_MAX;
  };
  const receiver = await startFakeReceiver((request) => {
    const card = read(request, path);
    if ('status' in card) return card;
    if (isTooFast())
      return { status: 429, body: { error: { code: 'TooManyRequests' } }, headers: { 'retry-after': '1' } };
    cards.push(card);
    return { status: 202, body: '', headers: { 'content-type': 'text/plain' } };
  });
  return { ...receiver, cards };
};
