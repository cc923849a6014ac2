import { z } from 'zod';
import { SUBJECT_CHARS_MAX } from '../principal.js';
import { at, by, id, comment, why } from './event-parts.js';

/** Whose three votes open what a safety rail, a quarantine or a block refused (R53). */
export const APPROVAL_ROLES = ['incident_commander', 'engineering_vp', 'customer_success_vp'] as const;
/** One of the three. */
export type ApprovalRole = (typeof APPROVAL_ROLES)[number];

/** Events of stream `override-<overrideId>`: a rollback that was refused, asked for again with the checklist (R52-R54). */
export const overrideEvents = {
  /** Somebody asks three people to open rails that refuse a rollback, and states the checklist. */
  OverrideRequested: z.object({
    overrideId: id,
    rollbackId: id,
    /** What refused; each must be of class S. */
    rails: z.array(z.string().max(64)).min(1).max(20),
    /** Of the checklist: the first three as they were at the request, the last as it was entered. */
    checklist: z.object({
      isCritical: z.boolean(),
      dollarsPerHour: z.number().nonnegative(),
      affectedCustomers: z.number().int().nonnegative(),
      resolutionEtaMs: z.number().int().nonnegative(),
    }),
    by,
    comment,
    expiresAtMs: at,
    at,
  }),
  /** A role says yes or no to an override. */
  OverrideVoted: z.object({
    overrideId: id,
    role: z.enum(APPROVAL_ROLES),
    isApproved: z.boolean(),
    by,
    /** Who that is for good; votes of before it was recorded have a name alone. */
    subject: z.string().min(1).max(SUBJECT_CHARS_MAX).optional(),
    comment,
    at,
  }),
  /** Three people said yes in time: the rails that it names do not hold this rollback up. */
  OverrideGranted: z.object({ overrideId: id, rollbackId: id, at }),
  /** Somebody said no. */
  OverrideRefused: z.object({ overrideId: id, because: why, at }),
  /** Ten minutes without three votes. */
  OverrideExpired: z.object({ overrideId: id, because: why, at }),
} as const;
