import { z } from 'zod';
import { customerSchema } from '../customer.js';
import { nameSchema } from '../node-report.js';

/** A node as it is registered; its address is where it can be asked by hand, IPv4 or IPv6. */
const node = z.object({
  nodeId: nameSchema,
  pop: nameSchema,
  region: nameSchema,
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
});

/** Events of stream `catalogue`: whom the fleet serves, and of what it consists. */
export const catalogueEvents = {
  /** Nodes are in the inventory, or stand there otherwise than before. */
  NodesRegistered: z.object({
    nodes: z.array(node).max(1_000),
  }),
  /** Customers are in the catalogue, or stand there otherwise than before. */
  CustomersRegistered: z.object({
    customers: z.array(customerSchema).max(1_000),
  }),
} as const;
