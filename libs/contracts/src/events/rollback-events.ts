import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { releaseSchema } from '../signal.js';
import { at, id, reasonSchema } from './event-parts.js';

/** Events of stream `rollback-<rollbackId>`. */
export const rollbackEvents = {
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
    rails: z.array(z.object({ rail: z.string(), holds: z.boolean(), detail: z.string().max(500) })),
    /** Success, per cent, of the release and of its control at the decision: each wave must close half of the gap. */
    gap: z.object({ release: z.number(), control: z.number() }),
    at,
  }),
  /** A trigger held and a rail refused: what an operator asks about first. */
  RollbackRefused: z.object({ rollbackId: id, incidentId: id, rail: z.string(), because: z.string().max(500), at }),
  WaveCommanded: z.object({ rollbackId: id, wave: z.number().int(), generation: z.number().int(), commandId: id, at }),
  WaveAnswered: z.object({
    rollbackId: id,
    wave: z.number().int(),
    nodeId: nameSchema,
    status: z.string().max(20),
    at,
  }),
  WaveVerified: z.object({ rollbackId: id, wave: z.number().int(), because: z.string().max(500), at }),
  RollbackStopped: z.object({ rollbackId: id, because: z.string().max(500), at }),
  /** Every wave verified by telemetry of the nodes themselves. */
  RollbackCompleted: z.object({ rollbackId: id, because: z.string().max(500), at }),
} as const;
