import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { refuse, type Refusal } from './problem.js';

/**
 * What a tag is over. The topic is part of the tagged bytes, so that no message of one topic can be read again as one of another;
 * so is the content type, so that no decoder reads bytes which were signed for another one.
 */
export const TAG_DOMAINS = {
  'telemetry.outcomes': 'tocsin.batch.v1',
  'telemetry.nodes': 'tocsin.report.v1',
  'telemetry.signals': 'tocsin.signal.v1',
  'telemetry.probes': 'tocsin.probe.v1',
} as const;

/** A message that carries a tag, or will. The body holds node, boot and sequence number: they are bound with it. */
export interface TaggedMessage {
  readonly topic: keyof typeof TAG_DOMAINS;
  readonly contentType: string;
  readonly keyId: string;
  readonly body: Uint8Array;
}

/** A key as a verifier knows it. */
export interface NodeKey {
  readonly key: KeyObject;
  /** The only node that it speaks for; undefined: the gateway's own key, which vouches for whom the gateway authenticated. */
  readonly nodeId: string | undefined;
  /** Records appended from this moment on, in ms of log time, are refused; undefined while the key is valid. */
  readonly revokedAtMs: number | undefined;
}

/** What a reader of the log knows of keys, and whether a record may come without a tag. */
export interface TagPolicy {
  /** False where the gateway is the only writer of the log: it has authenticated what carries no tag. */
  readonly isRequired: boolean;
  readonly find: (keyId: string) => NodeKey | undefined;
}

/**
 * The gateway's own key. `@` begins no node's name: a node that is called `gateway` does not vouch for others.
 */
export const GATEWAY_KEY_ID = '@gateway.1';

/** Valid keys of one node at a time: the one in use, and the one that it is being changed to. */
export const NODE_KEYS_VALID_MAX = 2;

// The number comes after the last dot: names of nodes may have dots of their own.
const KEY_ID = /^([A-Za-z0-9][A-Za-z0-9._:-]{0,63})\.[1-9]\d{0,8}$/;
/** Base64url of 32 bytes. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The node of a key id `<nodeId>.<n>`; undefined when it is none. */
export const nodeOfKeyId = (keyId: string): string | undefined => KEY_ID.exec(keyId)?.[1];

/** The secret of a key, base64url: HMAC-SHA-256 of its id under the secret of the fleet. Derived when it is needed, kept nowhere. */
export const nodeKeySecret = (fleetSecret: string, keyId: string): string =>
  createHmac('sha256', fleetSecret).update(`tocsin.node-key.v1\0${keyId}`).digest('base64url');

/** A secret as `node:crypto` takes it. */
export const nodeKeyOf = (secret: string): KeyObject => createSecretKey(Buffer.from(secret, 'base64url'));

/** Reads a key as it was shown once, `<nodeId>.<n>.<secret>`; undefined when it is none. */
export const parseNodeKey = (
  text: string,
): { readonly keyId: string; readonly nodeId: string; readonly key: KeyObject } | undefined => {
  const dot = text.lastIndexOf('.');
  const [keyId, secret] = [text.slice(0, dot), text.slice(dot + 1)];
  const nodeId = nodeOfKeyId(keyId);
  return nodeId === undefined || !SECRET.test(secret) ? undefined : { keyId, nodeId, key: nodeKeyOf(secret) };
};

/** The tag of a message: HMAC-SHA-256, base64url, over `domain NUL content type NUL key id NUL body`. */
export const makeTag = ({ topic, contentType, keyId, body }: TaggedMessage, key: KeyObject): string =>
  createHmac('sha256', key)
    .update(`${TAG_DOMAINS[topic]}\0${contentType}\0${keyId}\0`)
    .update(body)
    .digest('base64url');

const isTagOf = (message: TaggedMessage, tag: string, key: KeyObject): boolean => {
  // A NUL inside a field would let its end be read as the beginning of the next one.
  if (message.contentType.includes('\0')) return false;
  // The text is compared, not the bytes that it decodes to: a tag has one spelling.
  const [expected, given] = [Buffer.from(makeTag(message, key)), Buffer.from(tag)];
  return expected.length === given.length && timingSafeEqual(expected, given);
};

/**
 * Why a message is not its sender's; undefined when it is. `nodeId` is for whom it speaks, undefined when for no node: then the
 * gateway alone may. `atMs` is the log time of its append: what a key signed before it was revoked stays valid, also when it is
 * read later, or again.
 */
export const checkTag = (
  message: TaggedMessage,
  tag: string,
  nodeId: string | undefined,
  find: TagPolicy['find'],
  atMs: number,
): Refusal | undefined => {
  const known = find(message.keyId);
  if (known === undefined) return refuse('NODE_KEY_UNKNOWN', `there is no key ${message.keyId.slice(0, 128)}`);
  if (known.nodeId !== undefined && known.nodeId !== nodeId)
    return refuse(
      'NODE_FOREIGN',
      `the tag is made with ${message.keyId}, which does not speak for ${nodeId ?? 'others'}`,
    );
  if (known.revokedAtMs !== undefined && atMs >= known.revokedAtMs)
    return refuse('NODE_KEY_REVOKED', `key ${message.keyId} was revoked`);
  return isTagOf(message, tag, known.key)
    ? undefined
    : refuse('TAG_INVALID', `the tag is not one of ${message.keyId} over these bytes`);
};
