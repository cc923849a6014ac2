import { z } from 'zod';
import { eventSchemas } from '../event.js';
import { APPROVAL_ROLES } from '../events/override-events.js';
import { reasonSchema } from '../events/event-parts.js';
import { WAVE_STEPS } from '../wave-step.js';
import { count, moment, releaseShape } from './answer.js';

const decided = eventSchemas.RollbackDecided.shape;

const wave = z.object({
  wave: count,
  nodes: z.array(z.string()),
  status: z.enum(['planned', 'commanded', 'verified']),
  generation: count.nullable(),
  commandId: z.string().nullable(),
  commandedAt: moment.nullable(),
  verifiedAt: moment.nullable(),
  because: z.string().nullable(),
  answers: z.array(z.object({ nodeId: z.string(), status: z.string(), answeredAt: moment })),
  steps: z.array(
    z.object({
      nodeId: z.string(),
      step: z.enum(WAVE_STEPS),
      status: z.string(),
      detail: z.string(),
      answeredAt: moment,
    }),
  ),
  repeats: z.array(z.object({ commandId: z.string(), missing: count, at: moment })),
});

/** A rail that refused. */
export const railRefusalShape = z.object({ rail: z.string(), because: z.string(), at: moment });

/** A rollback: asked for, judged by the rails, in waves. */
export const rollbackShape = z
  .object({
    rollbackId: z.string(),
    incidentId: z.string().nullable(),
    status: z.enum(['requested', 'proposed', 'refused', 'running', 'stopped', 'completed']),
    rolloutId: z.string().nullable(),
    service: z.string().nullable(),
    from: releaseShape.nullable(),
    to: releaseShape.nullable(),
    trigger: reasonSchema.nullable(),
    evidence: z.array(reasonSchema),
    rails: decided.rails,
    refusals: z.array(railRefusalShape),
    gap: decided.gap.nullable(),
    request: eventSchemas.RollbackRequested.omit({ rollbackId: true, rolloutId: true }).nullable(),
    proposal: eventSchemas.RollbackProposed.omit({ rollbackId: true, incidentId: true, rolloutId: true }).nullable(),
    approval: eventSchemas.RollbackApproved.omit({ rollbackId: true }).nullable(),
    decidedBy: z.string().nullable(),
    overrideId: z.string().nullable(),
    told: eventSchemas.StakeholdersNotified.omit({ rollbackId: true }).nullable(),
    because: z.string().nullable(),
    decidedAt: moment,
    endedAt: moment.nullable(),
    waves: z.array(wave),
  })
  .meta({ id: 'Rollback' });

/** What a rollback would do: nothing of it is recorded. `waves` are counts of nodes, `first` the nodes of the first wave. */
export const rollbackPreviewShape = z
  .object({
    rollbackId: z.string(),
    from: releaseShape,
    to: releaseShape,
    waves: z.array(count),
    first: z.array(z.string()),
    binding: decided.rails,
    warnings: decided.rails,
    rollback: rollbackShape.nullable(),
  })
  .meta({ id: 'RollbackPreview' });

/** An override: people open rails of class S together. */
export const overrideShape = z
  .object({
    overrideId: z.string(),
    rollbackId: z.string(),
    status: z.enum(['open', 'granted', 'refused', 'expired']),
    rails: z.array(z.string()),
    checklist: eventSchemas.OverrideRequested.shape.checklist,
    requestedBy: z.string(),
    comment: z.string(),
    requestedAt: moment,
    expiresAt: moment,
    votes: z.array(
      z.object({
        role: z.enum(APPROVAL_ROLES),
        isApproved: z.boolean(),
        by: z.string(),
        comment: z.string(),
        at: moment,
      }),
    ),
    because: z.string().nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: 'Override' });
