import {
  event,
  isRefusal,
  NODE_KEYS_VALID_MAX,
  nodeOfKeyId,
  type Principal,
  type RecordedEvent,
  refuse,
  type Refusal,
  streamOf,
} from '#contracts';
import { type Clock, type NodeKeyring, REVOCATION_DELAY_MS } from '#runtime';
import type { CatalogueRepository, EventStore } from '#store';
import { metadataOf } from './act-metadata.js';
import { SHOWN_ONCE } from './api-keys.js';
import { appendAgain } from './append-again.js';

/** What keys of nodes are issued and revoked with. */
export interface NodeKeyParts {
  readonly store: EventStore;
  readonly catalogue: Pick<CatalogueRepository, 'findNode'>;
  readonly nodeKeys: Pick<NodeKeyring, 'secretOf' | 'refresh'>;
  readonly clock: Clock;
}

interface KeysOfNode {
  readonly issued: readonly string[];
  readonly valid: readonly string[];
}

const keysIn = (recorded: readonly RecordedEvent[]): KeysOfNode => {
  const issued = recorded.flatMap(({ event: told }) => (told.type === 'NodeKeyIssued' ? [told.data.keyId] : []));
  const revoked = recorded.flatMap(({ event: told }) => (told.type === 'NodeKeyRevoked' ? [told.data.keyId] : []));
  return { issued, valid: issued.filter((keyId) => !revoked.includes(keyId)) };
};

/**
 * Issues a further key of a node. Its secret is in the answer and nowhere else: it is derived from its id, which the event holds.
 * Two are valid at a time, so that a node can be changed to the new one while it works with the old one.
 */
export const issueNodeKey = async (
  { store, catalogue, nodeKeys, clock }: NodeKeyParts,
  nodeId: string,
  caller: Principal,
): Promise<{ readonly keyId: string; readonly nodeId: string; readonly key: string } | Refusal> => {
  if ((await catalogue.findNode(nodeId)) === undefined)
    return refuse('NODE_UNKNOWN', `node ${nodeId} is not in the inventory`, '/nodeId');
  let keyId = '';
  const refusal = await appendAgain(
    store,
    metadataOf(caller, 'issue node key'),
    async () => {
      const stream = streamOf.nodeKeys(nodeId);
      const recorded = await store.readStream(stream);
      const { issued, valid } = keysIn(recorded);
      if (valid.length >= NODE_KEYS_VALID_MAX)
        return refuse(
          'NODE_KEYS_TOO_MANY',
          `node ${nodeId} has ${valid.join(' and ')}: revoke one of them first`,
          '/nodeId',
        );
      keyId = `${nodeId}.${issued.length + 1}`;
      const events = [event('NodeKeyIssued', { keyId, nodeId, at: clock.nowMs() })];
      return { stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
    },
    SHOWN_ONCE,
  );
  if (isRefusal(refusal)) return refusal;
  await nodeKeys.refresh();
  return { keyId, nodeId, key: `${keyId}.${nodeKeys.secretOf(keyId)}` };
};

/** Revokes a key of a node, for good. What it tagged until the revocation takes effect is counted, whenever it is read. */
export const revokeNodeKey = async (
  { store, nodeKeys, clock }: NodeKeyParts,
  keyId: string,
  caller: Principal,
): Promise<undefined | Refusal> => {
  const nodeId = nodeOfKeyId(keyId);
  if (nodeId === undefined) return refuse('NOT_FOUND', `there is no key ${keyId}`);
  const refusal = await appendAgain(store, metadataOf(caller, 'revoke node key'), async () => {
    const stream = streamOf.nodeKeys(nodeId);
    const recorded = await store.readStream(stream);
    const { issued, valid } = keysIn(recorded);
    if (!issued.includes(keyId)) return refuse('NOT_FOUND', `there is no key ${keyId}`);
    const effectiveAt = clock.nowMs() + REVOCATION_DELAY_MS;
    const events = valid.includes(keyId) ? [event('NodeKeyRevoked', { keyId, effectiveAt })] : [];
    return { stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
  });
  if (!isRefusal(refusal)) await nodeKeys.refresh();
  return refusal;
};
