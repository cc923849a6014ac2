import { z } from 'zod';
import {
  alertShape,
  answerOf,
  escalationShape,
  incidentShape,
  listedDeliveryShape,
  recordedEventShape,
  redirectShape,
  rollbackShape,
} from '#contracts';

/**
 * An answer, held against what its route says of it, and given back as it came: what is new there does not disturb, and a word that this
 * version does not know (a status, a verdict) is shown like any other. Throws a ZodError where something is missing or of another kind.
 */
export const readAnswer = <S extends z.ZodType>(schema: S, answer: unknown): z.output<S> => {
  const { error } = schema.safeParse(answer, { reportInput: true });
  const isNew = ({ code, input }: z.core.$ZodIssue): boolean =>
    code === 'unrecognized_keys' || (code === 'invalid_value' && typeof input === 'string');
  if (error === undefined || error.issues.every(isNew)) return answer as z.output<S>;
  throw error;
};

/** One thing, or things of one kind: `{ release }` and `{ releases }` are shown alike. */
export const readOneOrMany = <S extends z.ZodType>(
  one: string,
  many: string,
  schema: S,
  answer: unknown,
): readonly z.output<S>[] => {
  const { [one]: single, [many]: list } = z.record(z.string(), z.unknown()).parse(answer);
  return readAnswer(z.array(schema), list ?? [single]);
};

const reasonSeen = incidentShape.shape.reason.pick({ text: true });

/** An incident, as far as it is shown. */
export const incidentSeen = incidentShape
  .pick({
    incidentId: true,
    title: true,
    severity: true,
    status: true,
    rule: true,
    scope: true,
    key: true,
    impact: true,
    peakImpact: true,
    openedAt: true,
    acknowledgedAt: true,
    acknowledgedBy: true,
    owner: true,
    snoozedUntil: true,
    priority: true,
    detectMs: true,
    isDetectedInTime: true,
    escalations: true,
    requests: true,
    resolvedAt: true,
  })
  .extend({ reason: reasonSeen });
/** An incident, as far as it is shown. */
export type Incident = z.infer<typeof incidentSeen>;

/** Who is called for an incident, and what happens next. */
export const escalationSeen = escalationShape.omit({ startedAt: true });
/** Who is called for an incident, and what happens next. */
export type EscalationState = z.infer<typeof escalationSeen>;

const { waves, refusals } = rollbackShape.shape;

/** A rollback and its waves, as far as they are shown. */
export const rollbackSeen = rollbackShape
  .pick({ rollbackId: true, incidentId: true, status: true, from: true, to: true, because: true, decidedAt: true })
  .extend({
    refusals: refusals.element.pick({ rail: true, because: true }).array(),
    waves: waves.element
      .pick({ wave: true, nodes: true, status: true, commandedAt: true, verifiedAt: true, because: true })
      .array(),
  });
/** A rollback and its waves, as far as they are shown. */
export type Rollback = z.infer<typeof rollbackSeen>;

/** Traffic that is moved, as far as it is shown. */
export const redirectSeen = redirectShape
  .pick({
    redirectId: true,
    incidentId: true,
    status: true,
    scope: true,
    key: true,
    nodes: true,
    siblings: true,
    because: true,
    decidedAt: true,
  })
  .extend({ refusals: redirectShape.shape.refusals.element.pick({ rail: true, because: true }).array() });
/** Traffic that is moved, as far as it is shown. */
export type Redirect = z.infer<typeof redirectSeen>;

/** An alert, as far as it is shown. */
export const alertSeen = alertShape
  .pick({
    rule: true,
    scope: true,
    key: true,
    severity: true,
    state: true,
    firedAt: true,
    resolvedAt: true,
  })
  .extend({ reason: reasonSeen });
/** An alert, as far as it is shown. */
export type Alert = z.infer<typeof alertSeen>;

/** An event as the stream gives it; its type may be one that this version does not know. */
export const recordedSeen = recordedEventShape.pick({ position: true, stream: true, recordedAtMs: true }).extend({
  event: recordedEventShape.shape.event.extend({ type: z.string() }),
  metadata: recordedEventShape.shape.metadata.pick({ actor: true }),
});
/** An event as the stream gives it. */
export type Recorded = z.infer<typeof recordedSeen>;

/** A delivery, as far as an incident shows it. */
export const deliverySeen = listedDeliveryShape.pick({
  deliveryId: true,
  subject: true,
  action: true,
  channel: true,
  dedupKey: true,
  status: true,
  attempts: true,
});
/** A delivery, as far as an incident shows it. */
export type Delivery = z.infer<typeof deliverySeen>;

/** Incidents in a list. */
export const incidentsAnswer = z.object({ incidents: z.array(incidentSeen) });
/** Rollbacks in a list. */
export const rollbacksAnswer = z.object({ rollbacks: z.array(rollbackSeen) });
/** One rollback. */
export const rollbackAnswer = answerOf('rollback', rollbackSeen);
