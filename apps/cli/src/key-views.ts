import { z } from 'zod';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const keys = z.looseObject({
  keys: z.array(
    z.looseObject({
      keyId: z.string(),
      name: z.string(),
      role: z.string(),
      nodeId: z.string().nullable(),
      revoked: z.boolean(),
      scopes: z.array(z.string()).nullish(),
      expiresAt: z.number().nullish(),
    }),
  ),
});

/** The keys of the API. */
export const formatKeys = (answer: unknown): readonly string[] => {
  const rows = keys
    .parse(answer)
    .keys.map(({ keyId, name, role, nodeId, revoked, scopes, expiresAt }) => [
      keyId,
      name,
      role,
      nodeId ?? '',
      scopes?.join(', ') ?? 'all of its role',
      revoked ? 'revoked' : typeof expiresAt === 'number' ? `until ${formatTime(expiresAt)}` : 'for good',
    ]);
  return formatTable(['key', 'name', 'role', 'node', 'may', 'valid'], rows);
};

/** A key that was made. It is alone on its line, so that it can be piped into a file. */
export const formatKey = (answer: unknown): readonly string[] => [z.looseObject({ key: z.string() }).parse(answer).key];

/** A key that was ended. */
export const formatRevokedKey = (answer: unknown): readonly string[] => [
  `${z.looseObject({ keyId: z.string() }).parse(answer).keyId} is revoked; processes that know it follow within seconds`,
];
