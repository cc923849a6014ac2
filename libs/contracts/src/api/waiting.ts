import { z } from 'zod';
import { count, moment } from './answer.js';
import { listedDeliveryShape } from './delivery.js';
import { alertShape } from './incident.js';
import { commandShape } from './redirect.js';

/** What waits for a person: a stage, a proposed rollback, an override. */
export const APPROVAL_KINDS = ['stage', 'rollback', 'override'] as const;

/** Something that goes on when people say so. */
export const approvalShape = z
  .object({
    kind: z.enum(APPROVAL_KINDS),
    /** The rollout, rollback or override. */
    id: z.string(),
    stage: z.string().nullable(),
    service: z.string().nullable(),
    incidentId: z.string().nullable(),
    because: z.string(),
    since: moment,
    /** Until when it can be said; null: until it ends by itself. */
    expiresAt: moment.nullable(),
    /** Of whom somebody must still say yes: one of them, or each of them of an override. */
    roles: z.array(z.string()),
    /** Where yes is said. */
    approve: z.string(),
  })
  .meta({ id: 'Approval' });

/** What a silence would do if it were set now. */
export const silencePreviewShape = z
  .object({
    startsAt: moment,
    endsAt: moment,
    alerts: z.array(
      alertShape.pick({
        alertId: true,
        rule: true,
        scope: true,
        key: true,
        severity: true,
        state: true,
        incidentId: true,
      }),
    ),
    /** Open alerts that were compared: the newest 1,000. */
    compared: count,
  })
  .meta({ id: 'SilencePreview' });

/** A command, how it was sent, and what nodes answered: the first 1,000 by node, of `nodes`. */
export const commandReportAnswer = z.object({
  command: commandShape,
  deliveries: z.array(listedDeliveryShape),
  answers: z.array(z.object({ nodeId: z.string(), status: z.string(), answeredAt: moment })),
  nodes: count,
});
