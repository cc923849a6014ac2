import { z } from 'zod';
import { TIERS } from '../impact.js';
import { nameSchema } from '../node-report.js';

/** Events of stream `catalogue`: whom the fleet serves, and of what it consists. */
export const catalogueEvents = {
  NodesRegistered: z.object({
    nodes: z.array(z.object({ nodeId: nameSchema, pop: nameSchema, region: nameSchema })).max(1_000),
  }),
  CustomersRegistered: z.object({
    customers: z
      .array(
        z.object({
          customerId: nameSchema,
          name: z.string().min(1).max(200),
          tier: z.enum(TIERS),
          /** Emergency services and governments: first in every list; no effect on the score. */
          critical: z.boolean(),
          zones: z.array(z.string().min(1).max(255)).max(1_000),
        }),
      )
      .max(1_000),
  }),
} as const;
