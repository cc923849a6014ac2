import { checkTag, HEADER, nodeOfKeyId, type Principal, refuse, type Refusal, type TaggedMessage } from '#contracts';
import type { NodeKeyring } from '#runtime';

/** A body as it came, and the tag of its sender, when it made one. */
export interface SentMessage {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly keyId?: string | undefined;
  readonly tag?: string | undefined;
}

/** What the gateway asks of the keys. */
export type TagKeys = Pick<NodeKeyring, 'isRequired' | 'find' | 'vouch'>;

/** Longest key id and longest tag looked at: a key id has 74 characters at most, a tag 43. */
const CHARACTERS_MAX = 128;

// Nobody comes over HTTP with the gateway's own key: whoever had it would not need to.
const findNodeKey = (keys: TagKeys) => (keyId: string) =>
  nodeOfKeyId(keyId) === undefined ? undefined : keys.find(keyId);

/**
 * The headers of a record: a tag of its node is verified and handed on, and where readers demand one the gateway tags what came
 * without, since it has authenticated the sender by its API key. A revoked key is refused from the moment this is known, which is
 * before readers of the log refuse it: what was accepted here counts there.
 */
export const tagRecord = (
  topic: TaggedMessage['topic'],
  nodeId: string,
  { contentType, body, keyId, tag }: SentMessage,
  principal: Principal,
  keys: TagKeys,
): Readonly<Record<string, string>> | Refusal => {
  const headers = { [HEADER.contentType]: contentType, [HEADER.sender]: principal.keyId };
  if (tag === undefined && keyId === undefined) {
    if (!keys.isRequired) return headers;
    const own = keys.vouch({ topic, contentType, body });
    return { ...headers, [HEADER.keyId]: own.keyId, [HEADER.tag]: own.tag };
  }
  if (tag === undefined || keyId === undefined)
    return refuse('TAG_INVALID', 'x-tocsin-key-id and x-tocsin-tag belong together');
  if (tag.length > CHARACTERS_MAX || keyId.length > CHARACTERS_MAX)
    return refuse('TAG_INVALID', `x-tocsin-key-id, x-tocsin-tag: at most ${CHARACTERS_MAX} characters`);
  const message = { topic, contentType, keyId, body };
  const refusal = checkTag(message, tag, nodeId, findNodeKey(keys), Number.POSITIVE_INFINITY);
  return refusal ?? { ...headers, [HEADER.keyId]: keyId, [HEADER.tag]: tag };
};
