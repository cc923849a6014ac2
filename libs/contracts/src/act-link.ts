import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { refuse, type Refusal } from './problem.js';

/** What a person may do with a link in a page: what an operator may. */
export const REPLY_ACTIONS = ['acknowledge', 'silence', 'resolve', 'roll_back'] as const;
/** What a person may do from where a page reached them. */
export type ReplyAction = (typeof REPLY_ACTIONS)[number];

/** The longest life of a link: whoever is on call tomorrow gets a page of their own. */
export const LINK_MS_MAX = 86_400_000;
/** A link of the longest names has 600; what is longer is none. */
const TOKEN_CHARS_MAX = 1_024;

/** What a link lets somebody see and do, and until when. */
export interface ActLink {
  readonly incidentId: string;
  /** None: it only shows the incident. */
  readonly actions: readonly ReplyAction[];
  /** Who it was sent to: a person of the plan, or the channel that everybody reads. */
  readonly person: string;
  readonly expiresAtMs: number;
}

const payloadSchema = z.strictObject({
  i: z.string().min(1).max(128),
  a: z.array(z.enum(REPLY_ACTIONS)).max(REPLY_ACTIONS.length),
  p: z.string().min(1).max(200),
  e: z.number().int().positive(),
});

const macOf = (secret: string, payload: string): string =>
  createHmac('sha256', secret).update(`tocsin.act-link.v1\0${payload}`).digest('base64url');

/** The token of a link: what it says, and a MAC over exactly these characters. */
export const signActLink = (secret: string, { incidentId, actions, person, expiresAtMs }: ActLink): string => {
  const payload = Buffer.from(JSON.stringify({ i: incidentId, a: actions, p: person, e: expiresAtMs })).toString(
    'base64url',
  );
  return `${payload}.${macOf(secret, payload)}`;
};

const isEqual = (a: string, b: string): boolean => {
  const [given, expected] = [Buffer.from(a), Buffer.from(b)];
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** What a token says, if it was made with the secret and is not over. Nothing of it is read before its MAC holds. */
export const readActLink = (secret: string, token: string, nowMs: number): ActLink | Refusal => {
  const [payload = '', mac = '', ...rest] = token.length > TOKEN_CHARS_MAX ? [] : token.split('.');
  if (rest.length > 0 || !isEqual(mac, macOf(secret, payload)))
    return refuse('LINK_INVALID', 'it was not made here, or was changed on its way');
  const parsed = payloadSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!parsed.success) return refuse('LINK_INVALID', 'it was made by another version');
  const { i: incidentId, a: actions, p: person, e: expiresAtMs } = parsed.data;
  if (nowMs >= expiresAtMs) return refuse('LINK_EXPIRED', `it was good until ${new Date(expiresAtMs).toISOString()}`);
  return { incidentId, actions, person, expiresAtMs };
};
