import { z } from 'zod';

/** Longest path; field names of the producers known so far take 60. */
const PATH_CHARACTERS_MAX = 200;
/** Other places to look at; one producer moved a field three times within two years. */
const PLACES_MAX = 8;

const place = z.string().regex(/^\S+$/, 'expected keys with dots between them').max(PATH_CHARACTERS_MAX);

/** Where a value stands in a record: keys with dots between them, or several such places of which the first that holds something counts. */
const path = z.union(
  [place, z.array(place).min(1).max(PLACES_MAX)],
  `expected keys with dots between them, or a list of up to ${PLACES_MAX} such`,
);
/** Where a value stands in a record. */
export type RecordPath = z.infer<typeof path>;

/** What a time or latency is counted in. */
export const TIME_UNITS = ['rfc3339', 's', 'ms', 'us', 'ns'] as const;
/** What a time or latency is counted in. */
export type TimeUnit = (typeof TIME_UNITS)[number];

const unit = z.union(
  [z.enum(TIME_UNITS), z.strictObject({ path })],
  `expected ${TIME_UNITS.join(', ')}, or where it stands: { path: … }`,
);
const scalar = z.union([z.string().max(64), z.number(), z.boolean()]);

/**
 * How the records of another producer become outcomes: for each thing that an outcome says, where it stands. It is the whole format of a
 * file in `mappings/`; docs/doors.md explains it field by field.
 */
export const mappingSchema = z.strictObject({
  about: z.string().max(500),
  /** Which records are responses; what does not fit is skipped and counted. Without `in` it is enough that the field is there. */
  only: z.strictObject({ path, in: z.array(scalar).min(1).max(16).optional() }).optional(),
  /** The node that answered, where the request does not say it. */
  node: path.optional(),
  time: z.strictObject({ path, unit }),
  /** A duration, or the distance of two times; `none` is the number that stands for "not known". */
  latency: z
    .strictObject({
      path: path.optional(),
      from: path.optional(),
      to: path.optional(),
      unit,
      none: z.number().optional(),
    })
    .refine(
      (latency) => (latency.path === undefined) === (latency.from !== undefined && latency.to !== undefined),
      'expected path, or from and to',
    )
    .optional(),
  name: path,
  qtype: path,
  rcode: path,
  transport: path.optional(),
  /** `IPv6`, `INET6` or 6. */
  family: path.optional(),
  aa: path.optional(),
  tc: path.optional(),
  do: path.optional(),
  /** A count, a list of the records, or their names with `|` between them. Without it NOERROR counts as an answer. */
  answers: path.optional(),
  /** Records of the authority section, or their types; `type` is where the type stands within each. Without it no answer is no data. */
  authority: z.strictObject({ path, type: path.optional() }).optional(),
});

/** How the records of another producer become outcomes. */
export type Mapping = z.infer<typeof mappingSchema>;
