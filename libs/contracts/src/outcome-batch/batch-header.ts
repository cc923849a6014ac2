import { z } from 'zod';
import { nameSchema, u64Schema } from '../node-report.js';
import { BATCH_OUTCOMES_MAX, VANTAGE } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';

const U64_MAX = 2n ** 64n - 1n;
/** Event times must stay exact numbers with the largest `dt_us` added. */
const T0_US_MAX = Number.MAX_SAFE_INTEGER - 0xffff_ffff;

/** A 64-bit number in decimal, in its one canonical form: it is part of the batch's identity. */
const bootIdSchema = u64Schema
  .refine((text) => !/^\d{1,20}$/.test(text) || BigInt(text) <= U64_MAX, 'expected a number below 2^64')
  .transform((text) => BigInt(text).toString());

const counter = z.number().int().min(0).max(0xffff_ffff).default(0);
/** A zigzag number of 53 bits at most: it must stay exact. */
const counterOrUnknown = z
  .number()
  .int()
  .min(-1)
  .max(2 ** 52 - 1)
  .default(-1);

const completenessSchema = z.object({
  observed: counter,
  sampled_out: counter,
  dropped_agent: counter,
  dropped_source: counterOrUnknown,
  server_queries: counterOrUnknown,
  unpaired_queries: counter,
  orphan_responses: counter,
  malformed: counter,
});

const headerSchema = z.object({
  schema: z.literal(1),
  node_id: nameSchema,
  agent_boot_id: bootIdSchema,
  seq: z.number().int().min(1),
  pop: nameSchema,
  region: nameSchema,
  software_version: nameSchema,
  config_rev: nameSchema,
  ring: z.union([z.literal(''), nameSchema]).default(''),
  vantage: z
    .number()
    .int()
    .min(0)
    .max(Math.max(...Object.values(VANTAGE))),
  t0_us: z.number().int().min(0).max(T0_US_MAX),
  /** Optional in JSON, where the columns say it themselves. */
  n: z.number().int().min(0).max(BATCH_OUTCOMES_MAX).optional(),
  completeness: completenessSchema.prefault({}),
  server_boot_id: bootIdSchema.default('0'),
  observer_id: z.union([z.literal(''), nameSchema]).default(''),
  published: z.number().int().min(0).default(0),
  columns_crc32: z.number().int().min(0).max(0xffff_ffff).optional(),
});

/** The fields of a batch beside its dictionary and columns, named as on the wire. */
export type BatchHeader = z.output<typeof headerSchema>;

/** Checks the fields of an envelope; columns and dictionary are checked by hand, for speed. */
export const checkHeader = (input: unknown): BatchHeader | Refusal => {
  const checked = headerSchema.safeParse(input);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  return refuse('BODY_INVALID', issue?.message ?? 'invalid', `/${(issue?.path ?? []).join('/')}`);
};
