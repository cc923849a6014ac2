import { z } from 'zod';
import { causeSchema } from '../cause.js';
import { PRIORITIES } from '../events/event-parts.js';
import { statusUpdateSchema } from '../events/status-update-events.js';
import { impactSchema, TIERS } from '../impact.js';
import { count, moment } from './answer.js';
import { incidentCostShape } from './impact.js';

const customer = z.object({ customerId: z.string(), name: z.string() });

/** A status update: what the public is told, or would be. */
export const statusUpdateShape = z
  .object({
    incidentId: z.string(),
    n: z.number().int().positive(),
    status: z.enum(['drafted', 'published', 'discarded', 'replaced']),
    update: statusUpdateSchema,
    customers: z.array(customer),
    affectedCustomers: count,
    publishBy: moment,
    isReviewed: z.boolean(),
    because: z.string(),
    draftedAt: moment,
    publishedAt: moment.nullable(),
    settledBy: z.string().nullable(),
    comment: z.string().nullable(),
  })
  .meta({ id: 'StatusUpdate' });

/** The status updates of an incident, and when the next is due. */
export const incidentUpdatesAnswer = z.object({
  schedule: z.object({
    incidentId: z.string(),
    state: z.enum(['waiting', 'held', 'told', 'ended']),
    dueAt: moment.nullable(),
    isOverdue: z.boolean(),
    because: z.string().nullable(),
  }),
  statusUpdates: z.array(statusUpdateShape),
  next: z.string().nullable().optional(),
});

/** Whom a status update tells, page by page. */
export const updateCustomersAnswer = z.object({
  incidentId: z.string(),
  n: z.number().int().positive(),
  /** Critical ones first, as the catalogue says now, then by id. */
  customers: z.array(customer.extend({ critical: z.boolean() })),
  total: count,
  next: z.string().nullable(),
});

/** What to look at first, as commands, and what somebody found. */
export const runbookShape = z
  .object({
    incidentId: z.string(),
    steps: z.array(
      z.object({
        step: z.string(),
        what: z.string(),
        command: z.string(),
        means: z.array(z.object({ answer: z.string(), meaning: z.string() })),
        results: z.array(z.object({ by: z.string(), output: z.string(), at: moment })),
      }),
    ),
  })
  .meta({ id: 'Runbook' });

const delays = z.object({
  detectMs: z.number().nullable(),
  detectTargetMs: z.number(),
  isDetectedInTime: z.boolean().nullable(),
  acknowledgeMs: z.number().nullable(),
  mitigateMs: z.number().nullable(),
  resolveMs: z.number().nullable(),
});
const study = z.object({
  row: z.string(),
  what: z.string(),
  studyMs: z.number(),
  targetMs: z.number().nullable(),
  targetFrom: z.enum(['failure', 'decision']),
  oursMs: z.number().nullable(),
  isHeld: z.boolean().nullable(),
});
const delivery = z.object({
  subject: z.string(),
  action: z.string(),
  channel: z.string(),
  dedupKey: z.string(),
  person: z.string().nullable(),
  status: z.string(),
  attempts: count,
  requestedAt: moment,
  finishedAt: moment.nullable(),
});

const postMortem = z
  .object({
    incidentId: z.string(),
    title: z.string(),
    priority: z.enum(PRIORITIES).nullable(),
    rule: z.string(),
    scope: z.string(),
    key: z.string(),
    startedAtMs: moment,
    openedAtMs: moment,
    resolvedAtMs: moment.nullable(),
    delays,
    study: z.array(study),
    peak: impactSchema,
    peakDollarsPerMinute: z.number(),
    cumulativeDollars: z.number(),
    customers: z.array(
      z.object({
        customerId: z.string(),
        name: z.string(),
        tier: z.enum(TIERS),
        failing: z.number(),
        hurtMs: z.number(),
      }),
    ),
    causes: z.array(causeSchema),
    decisions: z.array(z.object({ atMs: moment, actor: z.string(), isRefusal: z.boolean(), text: z.string(), count })),
    deliveries: z.array(delivery),
    acknowledgements: z.array(z.object({ atMs: moment, by: z.string(), note: z.string() })),
    statusUpdates: z.array(z.object({ n: count, atMs: moment, state: z.string(), by: z.string(), text: z.string() })),
    runbookResults: z.array(z.object({ step: z.string(), atMs: moment, by: z.string(), output: z.string() })),
    lowestCoverage: z.number().nullable(),
    unknown: z.array(
      z.object({
        alertIds: z.array(z.string()),
        fromMs: moment,
        untilMs: moment.nullable(),
        because: z.string(),
      }),
    ),
    notKnown: z.array(z.string()),
    timeline: z.array(z.object({ atMs: moment, minute: z.number(), actor: z.string(), text: z.string(), count })),
    timelineLeftOut: count,
  })
  .meta({ id: 'PostMortem' });

/** The post-mortem of an incident, made from its events; `drafted` is what was kept when it ended. */
export const postMortemAnswer = z.object({
  postMortem,
  cost: incidentCostShape,
  drafted: z.object({ sha256: z.string(), at: moment.nullable(), isUnchanged: z.boolean() }).nullable(),
});
