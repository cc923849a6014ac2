import { z } from 'zod';
import { COMMAND_AUDIENCE_MAX, commandSchema, signedCommandSchema } from '../command.js';
import { nameSchema } from '../node-report.js';
import { at, id, why } from './event-parts.js';

/**
 * Why the signer does not sign: the kill switch is off (RAIL-14), its time is over (RAIL-11), its nodes are not named as they must be
 * (RAIL-7), a newer one was signed (RAIL-11), its plan says otherwise or nothing, it is not the next of its plan (RAIL-9), a rail did
 * not hold, its release is in quarantine (RAIL-6), its first wave is too wide (RAIL-8), nobody asked for it (RAIL-15).
 */
export const SIGNING_REFUSALS = [
  'switched_off',
  'expired',
  'audience',
  'generation',
  'plan',
  'wave',
  'rail',
  'target',
  'blast_radius',
  'mode',
] as const;
/** Why the signer does not sign. */
export type SigningRefusal = (typeof SIGNING_REFUSALS)[number];

/** Events of stream `command-<commandId>`: it is issued, and then signed or refused, once. */
export const commandEvents = {
  /** Something is to be done by nodes, by the deploy system or by a DNS provider: it waits for the signer. */
  CommandIssued: z.object({ command: commandSchema }),
  /** The signer read the evidence again and signed: it may be acted on until it expires. */
  CommandSigned: z.object({ commandId: id, signed: signedCommandSchema }),
  /** The signer read the log again and does not sign; `at` is of its clock, nothing was decided by a tick. */
  CommandRefused: z.object({
    commandId: id,
    /** Who will not act, and not answer. */
    audience: z.array(nameSchema).max(COMMAND_AUDIENCE_MAX),
    code: z.enum(SIGNING_REFUSALS),
    because: why,
    at,
  }),
} as const;
