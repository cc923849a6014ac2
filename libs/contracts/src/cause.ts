import { z } from 'zod';
import { releaseSchema } from './signal.js';

/** Changes that one ranking tells: a person looks at the first and doubts the second. */
export const CAUSES_MAX = 5;

/** How far a change is known to explain a fault. */
export const CAUSE_VERDICTS = ['proved', 'possible', 'ruled_out'] as const;

const share = z.number().min(0).max(1);

/** A change, and what speaks for or against it as the cause of an incident. */
export const causeSchema = z.object({
  /** `config`: the software stayed as it was. */
  kind: z.enum(['release', 'config', 'rules']),
  /** Of the rollout, or the SHA-256 of the rules. */
  id: z.string().min(1).max(128),
  release: releaseSchema.optional(),
  verdict: z.enum(CAUSE_VERDICTS),
  /** For the order: 1 is certain. */
  score: share,
  /** Failing share of what ran it, and of everything else in the same regions; null without outcomes to say it from. */
  failingWith: share.nullable(),
  failingWithout: share.nullable(),
  /** Share of the fleet's failures that it brought. */
  explained: share,
  /** From the change to the fault, ms; negative: the fault was first. */
  onsetAfterMs: z.number().int(),
  /** Where it runs, and where of those it fails. */
  regions: z.array(z.string().max(64)).max(100),
  failingRegions: z.array(z.string().max(64)).max(100),
  because: z.string().max(500),
});
/** A change, and what speaks for or against it as the cause of an incident. */
export type Cause = z.infer<typeof causeSchema>;
