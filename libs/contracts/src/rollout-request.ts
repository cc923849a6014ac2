import { z } from 'zod';
import { COMMAND_AUDIENCE_MAX } from './command.js';
import { APPROVAL_ROLES } from './events/override-events.js';
import { PREFLIGHT_ITEMS, RISKS, ROLLOUT_MODES } from './events/rollout-events.js';
import { nameSchema } from './node-report.js';
import { commentSchema } from './release-request.js';
import { DEFAULT_PLAN, newRolloutPlanSchema } from './rollout-plan.js';
import { releaseSchema } from './signal.js';

/** Somebody wants a release on the fleet. */
export const newRolloutSchema = z
  .strictObject({
    rolloutId: nameSchema,
    service: nameSchema,
    release: releaseSchema,
    /** What these nodes run now, and what a rollback returns to. */
    previous: releaseSchema,
    mode: z.enum(ROLLOUT_MODES).default('advisory'),
    plan: newRolloutPlanSchema.default(DEFAULT_PLAN),
    /** Whom it is for; empty: every node of the inventory. */
    nodes: z.array(nameSchema).max(COMMAND_AUDIENCE_MAX).default([]),
    comment: commentSchema.optional(),
  })
  .refine(
    ({ release, previous }) =>
      release.softwareVersion !== previous.softwareVersion || release.configRev !== previous.configRev,
    { error: 'expected another release than the previous one', path: ['previous'] },
  );
/** Somebody wants a release on the fleet. */
export type NewRollout = z.infer<typeof newRolloutSchema>;

/** Somebody says how much may go wrong (R49). */
export const newRiskSchema = z.strictObject({
  risk: z.enum(RISKS),
  author: z.string().trim().min(1).max(200),
  text: z.string().trim().min(1).max(500),
  comment: commentSchema.optional(),
});
/** Somebody says how much may go wrong. */
export type NewRisk = z.infer<typeof newRiskSchema>;

/** What the families of the load tester found on one node (R63, R64). */
export const newLoadTestSchema = z.strictObject({
  nodeId: nameSchema,
  families: z
    .array(z.strictObject({ family: nameSchema, passed: z.boolean(), detail: z.string().max(500).default('') }))
    .min(1)
    .max(20),
  comment: commentSchema.optional(),
});
/** What the families of the load tester found on one node. */
export type NewLoadTest = z.infer<typeof newLoadTestSchema>;

/** Somebody overrides missing items of a pre-flight, by name and reason. */
export const preflightOverrideSchema = z.strictObject({
  items: z.array(z.enum(PREFLIGHT_ITEMS)).min(1).max(PREFLIGHT_ITEMS.length),
  comment: commentSchema,
});
/** Somebody overrides missing items of a pre-flight. */
export type PreflightOverride = z.infer<typeof preflightOverrideSchema>;

/** Somebody says that the stage after one may begin. */
export const stageApprovalSchema = z.strictObject({ stage: nameSchema, note: z.string().max(500).default('') });
/** Somebody says that the stage after one may begin. */
export type StageApproval = z.infer<typeof stageApprovalSchema>;

/** Somebody asks for what a rail refused, with what the checklist cannot know: how long it will last (R52). */
export const newOverrideSchema = z.strictObject({
  rollbackId: z.string().min(1).max(128),
  rails: z.array(z.string().min(1).max(64)).min(1).max(20),
  resolutionEtaMs: z.number().int().nonnegative(),
  comment: commentSchema,
});
/** Somebody asks for what a rail refused. */
export type NewOverride = z.infer<typeof newOverrideSchema>;

/** One vote; whose it is, the key or the token of the request says. `role` is named where that holds more than one that votes. */
export const newVoteSchema = z.strictObject({
  isApproved: z.boolean(),
  comment: commentSchema,
  role: z.enum(APPROVAL_ROLES).optional(),
});
/** One vote. */
export type NewVote = z.infer<typeof newVoteSchema>;
