import { z } from 'zod';
import { nameSchema } from './node-report.js';
import { releaseSchema } from './signal.js';

/** How long a command may be acted on after it was issued; a delayed executor must never apply an old plan. */
export const COMMAND_TTL_MS = 120_000;

/** Most nodes one command may address; "all" cannot be expressed. */
export const COMMAND_AUDIENCE_MAX = 10_000;

/**
 * What a node can be told to do: return to a release, stop taking new ones, leave the traffic, come back to it, take a release. What a
 * DNS provider, or who speaks for it, can be told: answer for a customer, and stop doing so. Tocsin decides rollbacks, redirects by `drain`
 * and `resume`, the stages of a rollout that it drives by `deploy`, and `fall_back` and `restore`; `halt` is an operator's.
 */
export const COMMAND_ACTIONS = ['rollback', 'halt', 'drain', 'resume', 'deploy', 'fall_back', 'restore'] as const;
/** What a node can be told to do. */
export type CommandAction = (typeof COMMAND_ACTIONS)[number];
const commandFields = z.object({
  commandId: z.string().min(1).max(128),
  action: z.enum(COMMAND_ACTIONS),
  /** The rollback, redirect, rollout or fallback that it is a part of: one of them. */
  rollbackId: z.string().min(1).max(128).optional(),
  redirectId: z.string().min(1).max(128).optional(),
  rolloutId: z.string().min(1).max(128).optional(),
  fallbackId: z.string().min(1).max(128).optional(),
  /** Of a fallback: whom it is for, and what the customer is told to do meanwhile. */
  customer: z
    .object({
      customerId: nameSchema,
      domains: z.array(z.string().max(256)).max(1_000),
      workaround: z.string().max(2_000),
    })
    .optional(),
  /** 1, 2, 3 …: waves are parts of one rollback, stages of a rollout, steps of a fallback; of a redirect 1 leaves and 2 comes back. */
  wave: z.number().int().positive(),
  /** Grows with every command to the fleet; an agent refuses one that is not newer than its last. */
  generation: z.number().int().positive(),
  service: nameSchema,
  /** The release to leave, and the one to run; the same where the release stays. */
  from: releaseSchema,
  to: releaseSchema,
  audience: z.array(nameSchema).min(1).max(COMMAND_AUDIENCE_MAX),
  /** SHA-256, hex, of the sorted audience joined by newlines. */
  audienceDigest: z.string().regex(/^[0-9a-f]{64}$/),
  issuedAtMs: z.number().int().nonnegative(),
  expiresAtMs: z.number().int().nonnegative(),
  /** Of a node that starts again: so many probes, of which so many must pass (R43); absent: as the executor does it. */
  healthCheck: z.object({ probes: z.number().int().positive(), passesMin: z.number().int().positive() }).optional(),
  reason: z.string().max(1_000),
});

/** An instruction to nodes or to the deploy system: one wave of one rollback, one half of a redirect, one stage, one step of a fallback. */
export const commandSchema = commandFields.refine(
  ({ rollbackId, redirectId, rolloutId, fallbackId }) =>
    [rollbackId, redirectId, rolloutId, fallbackId].filter((each) => each !== undefined).length === 1,
  'expected one of rollbackId, redirectId, rolloutId, fallbackId',
);

/** A command before it is signed. */
export type Command = z.infer<typeof commandSchema>;

/** A command as it travels: the exact bytes that were signed, and the signature over them. The algorithm is fixed: Ed25519. */
export const signedCommandSchema = z.object({
  /** Canonical JSON of the command, base64: what is verified is what is parsed. */
  payload: z.string().max(2_000_000),
  /** Ed25519 over `COMMAND_DOMAIN` followed by the payload bytes, base64. */
  signature: z.string().max(128),
  keyId: z.string().max(128),
});

/** A signed command. */
export type SignedCommand = z.infer<typeof signedCommandSchema>;

/**
 * What `fleet.commands` holds of a signed command, keyed by its id: the envelope, and beside it what a reader needs to choose whom
 * to hand it to and until when. Only the signed payload binds: an executor verifies that, and never trusts what stands beside it.
 * The topic may repeat a command; readers fold by its id.
 */
export const fleetCommandSchema = z.object({
  signed: signedCommandSchema,
  generation: z.number().int().positive(),
  /** Names of nodes. */
  audience: z.array(nameSchema),
  expiresAtMs: z.number().int(),
});

/** A signed command as `fleet.commands` holds it. */
export type FleetCommand = z.infer<typeof fleetCommandSchema>;

/** Put before the signed bytes, so that a signature can never be taken for one over something else. */
export const COMMAND_DOMAIN = 'tocsin.command.v1\0';
