import { z } from 'zod';
import { at, by, comment, id, why } from './event-parts.js';

/** How far a fault is known, as status pages say it. */
export const STATUS_STATES = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
/** How far a fault is known, as status pages say it. */
export type StatusState = (typeof STATUS_STATES)[number];
/** How bad it is, as status pages say it. */
export const STATUS_IMPACTS = ['minor', 'major', 'critical'] as const;

/** Customers that are told one by one: as many as an impact names. */
export const STATUS_CUSTOMERS_MAX = 20;
/** Customers of one event of those that are told: some 30 kB, as a page of an answer has. */
export const STATUS_CUSTOMERS_LISTED_MAX = 500;
/** Longest title: status pages cut longer ones. */
export const STATUS_TITLE_MAX = 200;
/** Regions of an update: a fleet has some ten; the least hurt beyond are left out. */
export const STATUS_REGIONS_MAX = 50;
/** Longest name of a region; what is longer is cut. */
export const STATUS_REGION_MAX = 64;
/** Longest text of an update. */
export const STATUS_TEXT_MAX = 2_000;

const ms = z.number().int().nonnegative();
/** The update, from 1. */
const n = z.number().int().positive();
/** When somebody must look again; null: nobody needs to. */
const dueAtMs = ms.nullable();
const text = z.string().min(1).max(STATUS_TEXT_MAX);

/** What the public reads. */
export const statusUpdateSchema = z.object({
  /** The same for an incident's whole life. */
  title: z.string().min(1).max(STATUS_TITLE_MAX),
  state: z.enum(STATUS_STATES),
  impact: z.enum(STATUS_IMPACTS),
  text,
  /** What a customer can do itself; empty: nothing. */
  workaround: z.string().max(STATUS_TEXT_MAX),
  regions: z.array(z.string().max(STATUS_REGION_MAX)).max(STATUS_REGIONS_MAX),
  startedAtMs: ms,
  /** null: it is the last one. */
  nextUpdateAtMs: dueAtMs,
});
/** What the public reads. */
export type StatusUpdate = z.infer<typeof statusUpdateSchema>;

const customer = z.object({ customerId: id, name: z.string().max(200) });

const told = {
  /** Those that are hurt and named, the worst first. */
  customers: z.array(customer).max(STATUS_CUSTOMERS_MAX),
  /** All that are hurt; may be more than are named. */
  affectedCustomers: z.number().int().nonnegative(),
};

/** Events of stream `status-<incidentId>`: what the public is told of an incident. */
export const statusUpdateEvents = {
  /** What the public could be told, waiting for somebody, or for its time. */
  StatusUpdateDrafted: z.object({
    incidentId: id,
    n,
    update: statusUpdateSchema,
    ...told,
    /** Out until then, it is in time. */
    publishByMs: ms,
    /** Whether a person publishes it. */
    isReviewed: z.boolean(),
    /** Time from one update to the next. */
    everyMs: ms,
    because: why,
    dueAtMs,
    at,
  }),
  /** Who is told by this update and all that follow, where they are more than it names; each customer of an incident is listed once. */
  StatusCustomersListed: z.object({
    incidentId: id,
    n,
    customers: z.array(customer).min(1).max(STATUS_CUSTOMERS_LISTED_MAX),
    at,
  }),
  /** The public is told. */
  StatusUpdatePublished: z.object({
    incidentId: id,
    n,
    /** As it went out: a person may have edited it. */
    update: statusUpdateSchema,
    ...told,
    by,
    /** It ends the alert that it was overdue. */
    endsOverdue: z.boolean(),
    dueAtMs,
    at,
  }),
  /** A person decided that this one is not told. */
  StatusUpdateDiscarded: z.object({ incidentId: id, n, by, comment, endsOverdue: z.boolean(), dueAtMs, at }),
  /** Not out some minutes after its time: somebody is called. */
  StatusUpdateOverdue: z.object({
    incidentId: id,
    n,
    title: z.string().max(300),
    /** What it is about is critical, or a P0; absent of what was told before this was said. */
    isCritical: z.boolean().optional(),
    publishByMs: ms,
    because: why,
    dueAtMs,
    at,
  }),
  /** The public is told nothing of it for now, and why. */
  StatusUpdatesHeld: z.object({ incidentId: id, because: why, at }),
  /** The public is told nothing further of the incident. */
  StatusUpdatesEnded: z.object({ incidentId: id, because: why, endsOverdue: z.boolean(), at }),
} as const;

/** Events of stream `post-mortem-<incidentId>`. */
export const postMortemEvents = {
  /** What is known at the resolution was put together; null: it did not happen. */
  PostMortemDrafted: z.object({
    incidentId: id,
    /** Of the document without its deliveries, as JSON. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    detectMs: ms.nullable(),
    acknowledgeMs: ms.nullable(),
    mitigateMs: ms.nullable(),
    resolveMs: ms.nullable(),
    peakCustomers: z.number().int().nonnegative(),
    cumulativeDollars: z.number().nonnegative(),
    statusUpdates: z.number().int().nonnegative(),
    at,
  }),
} as const;
