import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { releaseSchema } from '../signal.js';
import { WAVE_STEPS } from '../wave-step.js';
import { AUTOMATION_MODES } from './automation-events.js';
import { at, by, comment, id, reasonSchema, why } from './event-parts.js';

/** Whom a rail binds. */
export const RAIL_CLASSES = ['E', 'S', 'X'] as const;
/** Changes that a decision tells beside the one that it blames: whoever doubts it looks at these. */
export const BLAME_MAX = 20;

const share = z.number().min(0).max(1);

/** A rollout that was compared: what failed with it and without it, among nodes that are alike in everything else. */
export const blameSchema = z.object({
  rolloutId: id,
  release: releaseSchema,
  isBlamed: z.boolean(),
  /** Failing shares; null without outcomes to say it from. */
  failingWith: share.nullable(),
  failingWithout: share.nullable(),
  /** Groups of nodes, of one place and with the same other changes, in which both were compared. */
  strata: z.number().int().nonnegative(),
  /** Log time at which it was first brought anywhere. */
  sinceMs: at,
});

/** Events of stream `rollback-<rollbackId>`. */
export const rollbackEvents = {
  /** A person wants a rollout rolled back (R31): meets rails of class S and X only. */
  RollbackRequested: z.object({ rollbackId: id, rolloutId: id, by, comment, at }),
  /** Every rail holds, and the mode of the service says that a person decides (RAIL-15); in `observe` nobody is asked. */
  RollbackProposed: z.object({
    rollbackId: id,
    incidentId: id,
    rolloutId: id,
    mode: z.enum(AUTOMATION_MODES),
    nodes: z.number().int().positive(),
    because: why,
    at,
  }),
  /** A person said yes to what was proposed. */
  RollbackApproved: z.object({ rollbackId: id, by, comment, at }),
  /** A release is to be left: from which to which, where, in which waves, and why. */
  RollbackDecided: z.object({
    rollbackId: id,
    incidentId: id,
    rolloutId: id,
    service: nameSchema,
    from: releaseSchema,
    to: releaseSchema,
    /** Explicit nodes of each wave; a rollback is a canary of its own. */
    waves: z.array(z.array(nameSchema).min(1)).min(1).max(10),
    /** The first trigger, in the listed order, that held; the others are evidence. */
    trigger: reasonSchema,
    evidence: z.array(reasonSchema).max(20),
    rails: z.array(
      z.object({
        rail: z.string(),
        /** Whom it binds: `E` whatever nobody asked for, `S` every command without an override, `X` every command. */
        class: z.enum(RAIL_CLASSES).optional(),
        holds: z.boolean(),
        detail: z.string().max(500),
      }),
    ),
    /** Every change that was compared, those that explain the fault first (B20). */
    blame: z.array(blameSchema).max(BLAME_MAX).optional(),
    /** Success, per cent, of the release and of its control at the decision: each wave must close half of the gap. */
    gap: z.object({ release: z.number(), control: z.number() }),
    /** Who asked for it; absent: nobody, a trigger held. */
    by: by.optional(),
    /** The override that opened rails of class S. */
    overrideId: id.optional(),
    at,
  }),
  /** A trigger held and a rail refused: what an operator asks about first. */
  RollbackRefused: z.object({ rollbackId: id, incidentId: id, rail: z.string(), because: z.string().max(500), at }),
  /** A wave of a rollback is under way. */
  WaveCommanded: z.object({ rollbackId: id, wave: z.number().int(), generation: z.number().int(), commandId: id, at }),
  /** A node, or the deploy system, says what became of its part of a wave. */
  WaveAnswered: z.object({
    rollbackId: id,
    wave: z.number().int(),
    nodeId: nameSchema,
    status: z.string().max(20),
    at,
  }),
  /** How far a node of a wave has come (R58). */
  WaveStepAnswered: z.object({
    rollbackId: id,
    wave: z.number().int(),
    nodeId: nameSchema,
    step: z.enum(WAVE_STEPS),
    status: z.string().max(20),
    detail: z.string().max(500),
    at,
  }),
  /** No answer in half of the time: the same command is sent again, under the same id. */
  WaveRepeated: z.object({ rollbackId: id, wave: z.number().int(), commandId: id, missing: z.number().int(), at }),
  /** The telemetry of the wave is good: the next one may begin. */
  WaveVerified: z.object({ rollbackId: id, wave: z.number().int(), because: z.string().max(500), at }),
  /** The rollback goes no further by itself, and a person is called. */
  RollbackStopped: z.object({ rollbackId: id, because: z.string().max(500), at }),
  /** Whoever has a stake is told how it ended (R30); last of all. */
  StakeholdersNotified: z.object({
    rollbackId: id,
    /** Whose key the message has; absent: it is of a version that told nobody. */
    incidentId: id.optional(),
    because: why,
    at,
  }),
  /** Every wave verified by telemetry of the nodes themselves. */
  RollbackCompleted: z.object({ rollbackId: id, because: z.string().max(500), at }),
} as const;
