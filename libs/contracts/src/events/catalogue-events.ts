import { z } from 'zod';
import { customerSchema } from '../customer.js';
import { nameSchema } from '../node-report.js';

/** Events of stream `catalogue`: whom the fleet serves, and of what it consists. */
export const catalogueEvents = {
  NodesRegistered: z.object({
    nodes: z.array(z.object({ nodeId: nameSchema, pop: nameSchema, region: nameSchema })).max(1_000),
  }),
  CustomersRegistered: z.object({
    customers: z.array(customerSchema).max(1_000),
  }),
} as const;
