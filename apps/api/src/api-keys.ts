import {
  event,
  type Grant,
  grantsOf,
  type Principal,
  type PrincipalRole,
  refuse,
  type Refusal,
  streamOf,
} from '#contracts';
import { actorOf, type Clock, newKeyId, newRoutingSecret, newSecret, routingKeyOf, secretHashOf } from '#runtime';
import type { CatalogueRepository, EventStore } from '#store';
import { metadataOf } from './act-metadata.js';
import { appendAgain } from './append-again.js';

/** The key that somebody asks for. */
export interface NewKey {
  readonly name: string;
  readonly role: PrincipalRole;
  readonly nodeId?: string | undefined;
  /** The part of what the role grants that it may do; all of it unless told. */
  readonly scopes?: readonly Grant[] | undefined;
  /** When it is over, ms since the epoch; not by itself unless told. */
  readonly expiresAt?: number | undefined;
}

/** A secret is shown once, and kept nowhere. */
export const SHOWN_ONCE = refuse(
  'IDEMPOTENCY_KEY_ANSWERED',
  'the key was made, and its secret was in the first answer: revoke it and make another',
  'idempotency-key',
);

/** What keys are made with. */
export interface NewKeyParts {
  readonly store: EventStore;
  readonly catalogue: Pick<CatalogueRepository, 'findNode'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** A key with its secret, which is shown this once. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
  readonly routingKey?: string;
}

const refuseKey = async (
  { catalogue, clock }: NewKeyParts,
  { role, nodeId, scopes, expiresAt }: NewKey,
): Promise<Refusal | undefined> => {
  if ((role === 'node') !== (nodeId !== undefined))
    return refuse('BODY_INVALID', 'a key of role node names its node, and no other key does', '/nodeId');
  const index = (scopes ?? []).findIndex((scope) => !grantsOf(role).includes(scope));
  if (index >= 0)
    return refuse('BODY_INVALID', `role ${role} grants ${grantsOf(role).join(', ')} alone`, `/scopes/${index}`);
  if (expiresAt !== undefined && expiresAt <= clock.nowMs())
    return refuse('BODY_INVALID', 'it would be over already', '/expiresAt');
  if (nodeId !== undefined && (await catalogue.findNode(nodeId)) === undefined)
    return refuse('NODE_UNKNOWN', `node ${nodeId} is not in the inventory`, '/nodeId');
  return undefined;
};

/** Makes a key. Its secret is in the answer and nowhere else; one for alerts is told as PagerDuty's clients write keys, too. */
export const createKey = async (parts: NewKeyParts, wanted: NewKey, caller: Principal): Promise<ShownKey | Refusal> => {
  const refusal = await refuseKey(parts, wanted);
  if (refusal !== undefined) return refusal;
  const { name, role, nodeId, scopes, expiresAt } = wanted;
  const [keyId, secret] = [newKeyId(role), role === 'alerts' ? newRoutingSecret() : newSecret()];
  const createdBy = actorOf(caller);
  const created = event('ApiKeyCreated', {
    keyId,
    name,
    role,
    secretHash: secretHashOf(secret),
    createdBy,
    ...(nodeId === undefined ? {} : { nodeId }),
    ...(scopes === undefined ? {} : { scopes: [...new Set(scopes)] }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  const append = { stream: streamOf.key(keyId), expectedVersion: 0, events: [created] };
  // Where 32 random bits met an id that exists, this ends with a conflict: the next request draws others.
  const metadata = metadataOf(caller, 'create key');
  const unmade = await appendAgain(parts.store, metadata, async () => append, SHOWN_ONCE);
  if (unmade !== undefined) return unmade;
  const routingKey = role === 'alerts' ? routingKeyOf(keyId, secret) : undefined;
  return { keyId, key: `${keyId}.${secret}`, ...(routingKey === undefined ? {} : { routingKey }) };
};

/** Revokes a key, for good. A process that knows it goes on for the few seconds in which keys are taken as known. */
export const revokeKey = async (store: EventStore, keyId: string, caller: Principal): Promise<undefined | Refusal> => {
  if (keyId === caller.keyId) return refuse('CONFLICT', 'a key cannot revoke itself; use another administrator’s');
  return appendAgain(store, metadataOf(caller, 'revoke key'), async () => {
    const stream = streamOf.key(keyId);
    const recorded = await store.readStream(stream);
    if (recorded.length === 0) return refuse('NOT_FOUND', `there is no key ${keyId}`);
    const isRevoked = recorded.some(({ event: told }) => told.type === 'ApiKeyRevoked');
    const events = isRevoked ? [] : [event('ApiKeyRevoked', { keyId })];
    return { stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
  });
};
