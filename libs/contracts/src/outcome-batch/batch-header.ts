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

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
/** Decimal without leading zeros, certainly below 2^64. */
const BOOT_ID = /^(?:0|[1-9]\d{0,18})$/;
const VANTAGE_MAX = Math.max(...Object.values(VANTAGE));
const U32_MAX = 0xffff_ffff;
const UNKNOWN_OR_MAX = 2 ** 52 - 1;

type Raw = Readonly<Record<string, unknown>>;
const isName = (value: unknown): boolean => typeof value === 'string' && NAME.test(value);
const isNameOrEmpty = (value: unknown): boolean => value === '' || isName(value);
const isBootId = (value: unknown): boolean => typeof value === 'string' && BOOT_ID.test(value);
const isWithin = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;

const isCompletenessPlain = (raw: unknown): boolean => {
  if (typeof raw !== 'object' || raw === null) return false;
  const of = raw as Raw;
  return (
    isWithin(of['observed'], 0, U32_MAX) &&
    isWithin(of['sampled_out'], 0, U32_MAX) &&
    isWithin(of['dropped_agent'], 0, U32_MAX) &&
    isWithin(of['dropped_source'], -1, UNKNOWN_OR_MAX) &&
    isWithin(of['server_queries'], -1, UNKNOWN_OR_MAX) &&
    isWithin(of['unpaired_queries'], 0, U32_MAX) &&
    isWithin(of['orphan_responses'], 0, U32_MAX) &&
    isWithin(of['malformed'], 0, U32_MAX)
  );
};

/**
 * Whether a header with every field there is certainly what the schema accepts and leaves as it is. False says nothing: then the
 * schema decides. It spares nearly every batch the schema, which costs as much as folding two hundred outcomes.
 */
export const isPlainHeader = (raw: Raw): raw is BatchHeader =>
  raw['schema'] === 1 &&
  isName(raw['node_id']) &&
  isBootId(raw['agent_boot_id']) &&
  isWithin(raw['seq'], 1, Number.MAX_SAFE_INTEGER) &&
  isName(raw['pop']) &&
  isName(raw['region']) &&
  isName(raw['software_version']) &&
  isName(raw['config_rev']) &&
  isNameOrEmpty(raw['ring']) &&
  isWithin(raw['vantage'], 0, VANTAGE_MAX) &&
  isWithin(raw['t0_us'], 0, T0_US_MAX) &&
  isWithin(raw['n'], 0, BATCH_OUTCOMES_MAX) &&
  isBootId(raw['server_boot_id']) &&
  isNameOrEmpty(raw['observer_id']) &&
  isWithin(raw['published'], 0, Number.MAX_SAFE_INTEGER) &&
  (raw['columns_crc32'] === undefined || isWithin(raw['columns_crc32'], 0, U32_MAX)) &&
  isCompletenessPlain(raw['completeness']);

/** Checks the fields of an envelope by its schema. */
export const checkBySchema = (input: unknown): BatchHeader | Refusal => {
  const checked = headerSchema.safeParse(input);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  return refuse('BODY_INVALID', issue?.message ?? 'invalid', `/${(issue?.path ?? []).join('/')}`);
};

/** Checks the fields of an envelope; columns and dictionary are checked by hand, for speed. */
export const checkHeader = (input: Raw): BatchHeader | Refusal => (isPlainHeader(input) ? input : checkBySchema(input));
