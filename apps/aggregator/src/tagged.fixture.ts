import type { KeyObject } from 'node:crypto';
import {
  GATEWAY_KEY_ID,
  HEADER,
  makeTag,
  type NodeKey,
  nodeKeyOf,
  nodeKeySecret,
  nodeOfKeyId,
  type TagPolicy,
} from '#contracts';
import type { TelemetryTopic } from '#domain';
import type { NewRecord } from '#event-log';

/** What the keys of this fleet are derived from. */
export const FLEET_SECRET = 'f'.repeat(43);

const derived = new Map<string, KeyObject>();
const keyOf = (fleetSecret: string, keyId: string): KeyObject => {
  const name = `${fleetSecret} ${keyId}`;
  const key = derived.get(name) ?? nodeKeyOf(nodeKeySecret(fleetSecret, keyId));
  derived.set(name, key);
  return key;
};

/** A policy that knows these keys, some of them revoked from a moment on, and the gateway's. */
export const policyOf = (
  keys: Readonly<Record<string, number | undefined>>,
  isRequired = true,
): TagPolicy & { readonly learn: () => Promise<void> } => {
  const known = new Map<string, NodeKey>(
    Object.entries({ ...keys, [GATEWAY_KEY_ID]: undefined }).map(([keyId, revokedAtMs]) => [
      keyId,
      { key: keyOf(FLEET_SECRET, keyId), nodeId: nodeOfKeyId(keyId), revokedAtMs },
    ]),
  );
  return { isRequired, find: (keyId) => known.get(keyId), learn: () => Promise.resolve() };
};

/** The record with a tag of a key, of this fleet or of another one. */
export const tagged = (
  topic: TelemetryTopic,
  record: NewRecord,
  keyId: string,
  fleetSecret = FLEET_SECRET,
): NewRecord => {
  const contentType = record.headers?.[HEADER.contentType] ?? '';
  const message = { topic, contentType, keyId, body: record.value };
  const tag = makeTag(message, keyOf(fleetSecret, keyId));
  return { ...record, headers: { ...record.headers, [HEADER.keyId]: keyId, [HEADER.tag]: tag } };
};
