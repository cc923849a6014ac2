import { z } from 'zod';
import { keyRevokedAnswer, keyShape, nodeKeyIssuedAnswer, nodeKeyShape } from '#contracts';
import { readAnswer } from './answers.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

/** The keys of the API. */
export const formatKeys = (answer: unknown): readonly string[] => {
  const { keys } = readAnswer(z.object({ keys: z.array(keyShape) }), answer);
  const rows = keys.map(({ keyId, name, role, nodeId, revoked, scopes, expiresAt }) => [
    keyId,
    name,
    role,
    nodeId ?? '',
    scopes?.join(', ') ?? 'all of its role',
    revoked ? 'revoked' : expiresAt === null ? 'for good' : `until ${formatTime(expiresAt)}`,
  ]);
  return formatTable(['key', 'name', 'role', 'node', 'may', 'valid'], rows);
};

/** A key that was made, of the API or of a node. It is alone on its line, so that it can be piped into a file. */
export const formatKey = (answer: unknown): readonly string[] => [
  readAnswer(nodeKeyIssuedAnswer.pick({ key: true }), answer).key,
];

/** A key that was ended. */
export const formatRevokedKey = (answer: unknown): readonly string[] => [
  `${readAnswer(keyRevokedAnswer, answer).keyId} is revoked; processes that know it follow within seconds`,
];

/** The keys of nodes. */
export const formatNodeKeys = (answer: unknown): readonly string[] => {
  const { nodeKeys } = readAnswer(z.object({ nodeKeys: z.array(nodeKeyShape) }), answer);
  const rows = nodeKeys.map(({ keyId, nodeId, issuedAt, revokedAt }) => [
    nodeId,
    keyId,
    formatTime(issuedAt),
    formatTime(revokedAt),
  ]);
  return rows.length === 0
    ? ['no node has a key: the gateway vouches for what it takes']
    : formatTable(['node', 'key', 'issued', 'revoked'], rows);
};

/** A key of a node that was ended. */
export const formatRevokedNodeKey = (answer: unknown): readonly string[] => [
  `${readAnswer(keyRevokedAnswer, answer).keyId} is revoked; records that it tagged until now are counted`,
];
