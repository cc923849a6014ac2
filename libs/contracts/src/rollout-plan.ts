import { z } from 'zod';
import { nameSchema } from './node-report.js';

/** Most stages of a plan: a step of five per cent each. */
export const STAGES_MAX = 20;
/** Chance, per stage, that a build which is healthy by the gate's own figure is stopped (R37). */
export const GATE_ALPHA = 0.002;
/** Chance, per stage, that a build as bad as the gate's own figure passes (R37). */
export const GATE_BETA = 0.01;
/** After the last stage the gate stays armed this long: the study's first batch was 77 minutes old when it failed (RAIL-3). */
export const WATCH_MS = 86_400_000;

/** Longest that a stage is watched before it is promoted; a rollout that takes longer is several. */
const STAGE_MS_MAX = 30 * 86_400_000;

const ratio = z.number().gt(0).lt(0.5);

/** Two figures of one sequential test: what is healthy still, and what must be stopped; between them either may happen. */
const ratioTestSchema = z
  .object({ healthy: ratio, faulty: ratio })
  .refine(({ healthy, faulty }) => healthy < faulty, 'expected healthy below faulty');
const newRatioTestSchema = ratioTestSchema.strict();

/** What a stage is judged by. */
export const gateSchema = z.object({
  /** Failing share of the cohort's outcomes, alone and against its control. */
  failing: ratioTestSchema,
  /** Mean over customers of the failing share of each: one test pooled over them, never one each. */
  customerFailing: ratioTestSchema.optional(),
  /** An open customer escalation blocks the promotion; it stops nothing. */
  noCustomerEscalations: z.boolean().optional(),
  /** Impact score of the cohort above which the stage is stopped. */
  impactScoreMax: z.number().positive().optional(),
});
/** What a stage is judged by. */
export type GateSettings = z.infer<typeof gateSchema>;

/** One step of a rollout. */
export const stageSchema = z.object({
  name: nameSchema,
  /** Of the nodes that the rollout is for, per cent, with those of the stages before. */
  sharePercent: z.number().gt(0).max(100),
  /** How long the gate watches at least before it promotes. */
  durationMs: z.number().int().positive(),
  gate: gateSchema,
  /** A person says that the next stage may begin, after the gate said so. */
  needsApproval: z.boolean().optional(),
});
/** One step of a rollout. */
export type Stage = z.infer<typeof stageSchema>;

/** The stages of a rollout, in order, and how long it is watched after the last. */
export const rolloutPlanSchema = z.object({
  stages: z.array(stageSchema).min(1).max(STAGES_MAX),
  watchMs: z
    .number()
    .int()
    .nonnegative()
    .max(WATCH_MS * 7)
    .optional(),
});
/** The stages of a rollout, in order, and how long it is watched after the last. */
export type RolloutPlan = z.infer<typeof rolloutPlanSchema>;

/**
 * A plan as somebody sends it: what it says beside these words would never be done, and `needsAproval` would leave a person unasked. Events
 * are read as they are.
 */
export const newRolloutPlanSchema = rolloutPlanSchema
  .extend({
    stages: z
      .array(
        stageSchema
          .extend({
            durationMs: stageSchema.shape.durationMs.max(STAGE_MS_MAX),
            gate: gateSchema
              .extend({ failing: newRatioTestSchema, customerFailing: newRatioTestSchema.optional() })
              .strict(),
          })
          .strict(),
      )
      .min(1)
      .max(STAGES_MAX),
  })
  .strict();

const HOUR_MS = 3_600_000;

/** A wave of the last stage: failing above 1 % or an impact score above 100 stops it (R35). */
const wave = (name: string, sharePercent: number): Stage => ({
  name,
  sharePercent,
  // As long as the canary: the study gives none, and a wave is promoted by its evidence.
  durationMs: HOUR_MS / 2,
  gate: { failing: { healthy: 0.003, faulty: 0.01 }, impactScoreMax: 100 },
});

/**
 * The pipeline of the incident study (R33-R35): canary 1 % for 30 minutes, early adopters 5 % for two hours, then production, rolling by 20
 * points a wave. The healthy figures are the study's thresholds; the faulty ones are three times as much (R33, R34).
 */
export const DEFAULT_PLAN: RolloutPlan = {
  stages: [
    {
      name: 'canary',
      sharePercent: 1,
      durationMs: HOUR_MS / 2,
      gate: { failing: { healthy: 0.001, faulty: 0.003 }, customerFailing: { healthy: 0.001, faulty: 0.003 } },
    },
    {
      name: 'early_adopter',
      sharePercent: 5,
      durationMs: 2 * HOUR_MS,
      gate: { failing: { healthy: 0.0005, faulty: 0.0015 }, noCustomerEscalations: true },
    },
    wave('production-1', 20),
    wave('production-2', 40),
    wave('production-3', 60),
    wave('production-4', 80),
    wave('production-5', 100),
  ],
};
