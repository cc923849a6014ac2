import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { gateSchema, rolloutPlanSchema } from '../rollout-plan.js';
import { COMMAND_AUDIENCE_MAX } from '../command.js';
import { at, by, id, comment, release, why } from './event-parts.js';

/** Who moves the release: another system, which asks the gate, or Tocsin, by commands. */
export const ROLLOUT_MODES = ['advisory', 'driving'] as const;
/** How a rollout came to be known. */
export const ROLLOUT_ORIGINS = ['declared', 'signal', 'telemetry'] as const;
/** What must be there before a rollout starts (R49-R51, R63). */
export const PREFLIGHT_ITEMS = ['risk', 'impact', 'target', 'load_test'] as const;
/** How much may go wrong, as its author sees it. */
export const RISKS = ['low', 'medium', 'high'] as const;
/** What a gate says: R36. */
export const GATE_VERDICTS = ['promote', 'roll_back', 'need_more_data'] as const;
/** When a gate is armed: while a stage bakes, while it waits for a person, and after the last stage. */
export const GATE_PHASES = ['baking', 'approval', 'watch'] as const;
/** What a gate calls a person for: an answer in time, or a control. */
export const GATE_LACKS = ['answer', 'control'] as const;

const stage = nameSchema;
const nodes = z.array(nameSchema).max(COMMAND_AUDIENCE_MAX);
const count = z.number().int().nonnegative();
const counts = z.object({ good: count, bad: count });

/** One test of a gate: what it is of, and how far it has come; the upper boundary stops, the lower one promotes. */
export const gateTestSchema = z.object({
  /** `failing` of the cohort, `against_control`, `customers`, `impact`, `escalations`. */
  test: nameSchema,
  /** Log-likelihood ratio in nats; null where the test has none. */
  nats: z.number().nullable(),
  stopNats: z.number().nullable(),
  promoteNats: z.number().nullable(),
  verdict: z.enum(GATE_VERDICTS),
  /** In words with units. */
  detail: z.string().max(500),
});

/** Events of stream `rollout-<rolloutId>`. */
export const rolloutEvents = {
  /** Somebody wants a release on the fleet: nothing has moved yet. */
  RolloutDeclared: z.object({
    rolloutId: id,
    service: nameSchema,
    ...release,
    mode: z.enum(ROLLOUT_MODES),
    plan: rolloutPlanSchema,
    /** Whom it is for; empty: every node of the inventory. */
    nodes,
    by,
    at,
  }),
  /** How risky the change is, and who says so. */
  RiskAssessed: z.object({ rolloutId: id, risk: z.enum(RISKS), author: z.string().min(1).max(200), text: why, by, at }),
  /** What a whole stage failing would cost, from the catalogue and the traffic of the last minutes (R50). */
  BlastRadiusComputed: z.object({
    rolloutId: id,
    stages: z
      .array(
        z.object({
          stage,
          nodes: count,
          customers: count,
          byTier: z.object({ tier1: count, tier2: count, tier3: count }),
          score: z.number().nonnegative(),
          dollarsPerMinute: z.number().nonnegative(),
        }),
      )
      .max(20),
    at,
  }),
  /** The families of the load tester against one node (R63, R64). */
  LoadTested: z.object({
    rolloutId: id,
    nodeId: nameSchema,
    families: z
      .array(z.object({ family: nameSchema, passed: z.boolean(), detail: z.string().max(500) }))
      .min(1)
      .max(20),
    by,
    at,
  }),
  /** Missing items are overridden by name and reason. */
  PreflightOverridden: z.object({ rolloutId: id, items: z.array(z.enum(PREFLIGHT_ITEMS)).min(1), by, comment, at }),
  /** The start was asked for and is not given: what is missing. Told when that changes. */
  PreflightBlocked: z.object({
    rolloutId: id,
    missing: z.array(z.object({ item: z.enum(PREFLIGHT_ITEMS), detail: z.string().max(500) })).min(1),
    at,
  }),
  /** Somebody asks for the start, or for the next stage of a plan that waits for a person. */
  RolloutStartRequested: z.object({ rolloutId: id, by, at }),
  /** A person lets a stage begin whose plan asks for one. */
  StageApproved: z.object({ rolloutId: id, stage, by, note: why, at }),
  /** Somebody asks that it goes no further. */
  HaltRequested: z.object({ rolloutId: id, by, comment, at }),
  /** The rollout may begin: its first stage follows as soon as the pre-flight is complete. */
  RolloutStarted: z.object({
    rolloutId: id,
    service: nameSchema,
    ...release,
    stage: nameSchema,
    nodes: z.array(nameSchema),
    /** Absent: a deploy signal, as of all that were told before there were others. */
    origin: z.enum(ROLLOUT_ORIGINS).optional(),
    at,
  }),
  /** The nodes of a stage run the release. */
  RolloutStageReached: z.object({ rolloutId: id, stage: nameSchema, nodes: z.array(nameSchema), at }),
  /** Driving: the nodes of a stage are told to take the release. */
  StageCommanded: z.object({ rolloutId: id, stage, commandId: id, generation: count, nodes, at }),
  /** Driving: nodes that were told to take the release and have not answered are told to stop. Once for a rollout. */
  HaltCommanded: z.object({ rolloutId: id, commandId: id, generation: count, nodes, at }),
  /** Driving: what became of one node; `passed` of `probes` health checks (R43). */
  NodeUpdated: z.object({
    rolloutId: id,
    stage,
    nodeId: nameSchema,
    status: z.enum(['done', 'failed', 'timeout']),
    probes: count.optional(),
    passed: count.optional(),
    detail: z.string().max(500),
    at,
  }),
  /** How far the tests of a stage have come: what a restart goes on from, and what the evidence is read from. */
  GateMeasured: z.object({
    rolloutId: id,
    stage,
    phase: z.enum(GATE_PHASES),
    /** The last slot that is counted, seconds of event time. */
    throughSlot: count,
    cohort: counts,
    control: counts,
    customers: count,
    tests: z.array(gateTestSchema).max(10),
    /** With the first of a stage: what it is judged by from now on. */
    judgedBy: z.object({ gate: gateSchema, durationMs: z.number().int().positive() }).optional(),
    /** The last slot in which there was a control; absent before the first. */
    controlSlot: count.optional(),
    /** The dispersion of the cohort, as the tests keep it, so that a restart goes on exactly. */
    dispersion: z.array(z.number()).max(100).optional(),
    at,
  }),
  /** The verdict changed; `roll_back` is the last: failures latch. */
  GateDecided: z.object({
    rolloutId: id,
    stage,
    phase: z.enum(GATE_PHASES),
    verdict: z.enum(GATE_VERDICTS),
    cohort: counts,
    control: counts,
    tests: z.array(gateTestSchema).max(10),
    because: why,
    at,
  }),
  /**
   * A person looks: twice the duration passed without an answer, or the cohort fails and there is no control to compare it with. Each is
   * told once a stage; without saying what is lacking it is an answer.
   */
  GateOverdue: z.object({ rolloutId: id, stage, lacking: z.enum(GATE_LACKS).optional(), because: why, at }),
  /** The gate of a stage let it pass; `next` is the stage that may begin, absent after the last. */
  StagePromoted: z.object({ rolloutId: id, stage, next: stage.optional(), because: why, at }),
  /** Every stage was promoted; its gate stays armed for the watch. */
  RolloutCompleted: z.object({ rolloutId: id, because: why, at }),
  /** The watch is over: nothing of this rollout is looked at any more. */
  RolloutEnded: z.object({ rolloutId: id, because: why, at }),
  /** No further node gets the release. */
  RolloutHalted: z.object({ rolloutId: id, because: z.string().max(500), at }),
  /** The rollout ended in a rollback. */
  RolloutRolledBack: z.object({ rolloutId: id, rollbackId: id, at }),
} as const;
