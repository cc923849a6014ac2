import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { PERMISSIONS, PRINCIPAL_ROLES } from '../principal.js';
import { at, by, id } from './event-parts.js';

/** Events of the streams `key-<keyId>` and `node-keys-<nodeId>`. */
export const keyEvents = {
  /** A key of the API; of its secret only the hash is kept. */
  ApiKeyCreated: z.object({
    keyId: id,
    name: z.string().max(200),
    role: z.enum(PRINCIPAL_ROLES),
    nodeId: nameSchema.optional(),
    /** SHA-256, hex, of the secret; the secret itself is shown once and kept nowhere. */
    secretHash: z.string().length(64),
    /** The part of what its role grants that it may do; absent: all of it. */
    scopes: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length).optional(),
    /** From then on it is refused; absent: never by itself. */
    expiresAt: at.optional(),
    createdBy: by.optional(),
  }),
  /** The key opens nothing any more. */
  ApiKeyRevoked: z.object({ keyId: id }),
  /** A key for the tags of a node's batches; its secret is derived from the id, and is in no event. */
  NodeKeyIssued: z.object({ keyId: id, nodeId: nameSchema, at }),
  /** `effectiveAt` lies ahead: whoever verifies has to know of it before, or the same record would count for one and not for another. */
  NodeKeyRevoked: z.object({ keyId: id, effectiveAt: at }),
} as const;
