import type { KeyObject } from 'node:crypto';
import { type NodeKey, nodeKeyOf, nodeKeySecret, nodeOfKeyId, type TagPolicy } from '#contracts';

/** What the keys of the fleet are derived from. */
export const NODE_KEY_SECRET = 'bench'.repeat(8);

const KEYS = new Map<string, NodeKey & { readonly nodeId: string }>();

const keyFor = (keyId: string): (NodeKey & { readonly nodeId: string }) | undefined => {
  const nodeId = nodeOfKeyId(keyId);
  if (nodeId === undefined) return undefined;
  const known = KEYS.get(keyId);
  if (known !== undefined) return known;
  const made = { nodeId, key: nodeKeyOf(nodeKeySecret(NODE_KEY_SECRET, keyId)), revokedAtMs: undefined };
  KEYS.set(keyId, made);
  return made;
};

/** The id of the one key of a node. */
export const keyIdOf = (nodeId: string): string => `${nodeId}.1`;

/** The key that a node signs its batches with. */
export const signingKeyOf = (nodeId: string): KeyObject => {
  const known = keyFor(keyIdOf(nodeId));
  if (known === undefined) throw new Error(`bench: ${nodeId} is no name of a node`);
  return known.key;
};

/** The keys as a verifier knows them; every record must carry a tag. */
export const KEY_POLICY: TagPolicy = { isRequired: true, find: keyFor };
