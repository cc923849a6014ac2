import { z } from 'zod';
import { PERMISSIONS, PRINCIPAL_ROLES } from '../principal.js';
import { moment } from './answer.js';

/** An API key; its secret is told once, when it is made. */
export const keyShape = z
  .object({
    keyId: z.string(),
    name: z.string(),
    role: z.enum(PRINCIPAL_ROLES),
    nodeId: z.string().nullable(),
    revoked: z.boolean(),
    /** The part of what its role grants that it may do; null: all of it. */
    scopes: z.array(z.enum(PERMISSIONS)).nullable(),
    /** When it is over; null: not by itself. */
    expiresAt: moment.nullable(),
    /** The actor who made it; null: made before that was recorded. */
    createdBy: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });

/** A key that was made. `key` and `routingKey` are secrets, and are not shown again. */
export const keyMadeAnswer = z.object({ keyId: z.string(), key: z.string(), routingKey: z.string().optional() });
/** A key that is revoked. */
export const keyRevokedAnswer = z.object({ keyId: z.string(), revoked: z.literal(true) });

/** A key that a node tags its batches with. */
export const nodeKeyShape = z
  .object({ keyId: z.string(), nodeId: z.string(), issuedAt: moment, revokedAt: moment.nullable() })
  .meta({ id: 'NodeKey' });

/** A node key that was issued. `key` is a secret, and is not shown again. */
export const nodeKeyIssuedAnswer = z.object({ keyId: z.string(), nodeId: z.string(), key: z.string() });
