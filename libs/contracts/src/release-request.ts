import { z } from 'zod';
import { nameSchema } from './node-report.js';
import { releaseSchema } from './signal.js';
import { AUTOMATION_MODES } from './events/automation-events.js';

/** The last moment that a `Date` holds, ms since the epoch (ECMA-262, time values): a later one cannot be shown as a date. */
const MOMENT_MAX_MS = 8.64e15;
/** What an Int of GraphQL holds, in which it is shown. */
const NODES_MAX = 2 ** 31 - 1;

/** Why a person does something: it is recorded with what is done. */
export const commentSchema = z.string().trim().min(1).max(500);

const of = { service: nameSchema, release: releaseSchema };

/** Somebody vouches for a release. */
export const newAttestationSchema = z.strictObject({
  ...of,
  /** Since when it ran well, ms since the epoch. */
  goodSinceMs: z.number().int().nonnegative().max(MOMENT_MAX_MS),
  /** On how many nodes. */
  nodes: z.number().int().positive().max(NODES_MAX),
  isRollbackSafe: z.boolean(),
  comment: commentSchema.optional(),
});
/** Somebody vouches for a release. */
export type NewAttestation = z.infer<typeof newAttestationSchema>;

/** Going back to a release was tried out. */
export const newRehearsalSchema = z.strictObject({
  ...of,
  passed: z.boolean(),
  detail: z.string().trim().max(500),
  comment: commentSchema.optional(),
});
/** Going back to a release was tried out. */
export type NewRehearsal = z.infer<typeof newRehearsalSchema>;

/** Somebody lifts a quarantine. */
export const liftingSchema = z.strictObject({ ...of, comment: commentSchema });
/** Somebody lifts a quarantine. */
export type Lifting = z.infer<typeof liftingSchema>;

/** The same of a preview, which needs no reason. */
export const liftingPreviewSchema = z.strictObject({ ...of, comment: commentSchema.optional() });

/** Somebody switches the automation. */
export const switchingSchema = z.strictObject({ isOn: z.boolean(), comment: commentSchema });
/** Somebody switches the automation. */
export type Switching = z.infer<typeof switchingSchema>;

/** Somebody says how far Tocsin goes with a service. */
export const newModeSchema = z.strictObject({
  service: nameSchema,
  mode: z.enum(AUTOMATION_MODES),
  comment: commentSchema,
});
/** Somebody says how far Tocsin goes with a service. */
export type NewMode = z.infer<typeof newModeSchema>;

/** Somebody closes the rate rail again. */
export const rateResetSchema = z.strictObject({ service: nameSchema, comment: commentSchema });
/** Somebody closes the rate rail again. */
export type RateReset = z.infer<typeof rateResetSchema>;
