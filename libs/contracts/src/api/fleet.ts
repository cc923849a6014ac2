import { z } from 'zod';
import { customerSchema } from '../customer.js';
import { type Family, FAMILY_NAMES } from '../family.js';
import { count, moment } from './answer.js';

const percentile = z.union([z.number(), z.literal('timeout')]).nullable();
const figures = {
  good: count,
  bad: count,
  excluded: count,
  timeout: count,
  success: z.number().nullable().describe('Per cent; null: no outcome, which is not healthy'),
  p50: percentile,
  p95: percentile,
  p99: percentile.describe('Microseconds, or "timeout", which is slower than all'),
};
const health = z.object({ key: z.string(), windowMs: count, slot: count, ...figures }).meta({ id: 'Health' });

/** How the fleet and its regions are, over the last window that is complete. */
export const fleetAnswer = z.object({ fleet: health, regions: z.array(health), asOf: moment });

/** How a family of keys was, step by step. */
export const windowsAnswer = z.object({
  family: z.enum(FAMILY_NAMES as [Family, ...Family[]]),
  from: moment,
  to: moment,
  stepMs: count,
  windows: z.array(z.object({ key: z.string(), from: moment, ...figures })),
});

const answers = z.object({ release: z.string(), answered: count, nxdomain: count });

/** Releases that do not agree which names of a zone exist. */
export const disagreementsAnswer = z.object({
  disagreements: z.array(z.object({ zone: z.string(), suspect: answers, other: answers, apartAtLeast: z.number() })),
  total: count,
  windowMs: count,
  asOf: moment,
});

/** A node, and what was counted of it: `difference` is what was sent and neither counted nor accounted for. */
export const nodeShape = z
  .object({
    nodeId: z.string(),
    pop: z.string(),
    region: z.string(),
    address: z.string().optional(),
    batches: count,
    published: count.nullable(),
    counted: count,
    late: count,
    rejected: count,
    gap: count.nullable(),
    difference: z.number().nullable(),
    gapBatches: count,
    unreadable: count,
    duplicates: count,
    lastEventUs: count.nullable(),
  })
  .meta({ id: 'Node' });

/** Customers as they are registered, and how many the filter fits in all. */
export const customersAnswer = z.object({
  customers: z.array(customerSchema),
  total: count,
  next: z.string().nullable().optional(),
});

const registered = z.enum(['new', 'changed', 'unchanged']);
/** What became of each node that was sent, in the order in which they were. */
export const nodesRegisteredAnswer = z.object({
  nodes: count,
  results: z.array(z.object({ nodeId: z.string(), result: registered })),
});
/** What became of each customer that was sent, in the order in which they were. */
export const customersRegisteredAnswer = z.object({
  customers: count,
  results: z.array(z.object({ customerId: z.string(), result: registered })),
});
