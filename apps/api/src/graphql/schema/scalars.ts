import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const literal = (node: ValueNode): unknown =>
  node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : 'value' in node ? node.value : undefined;

/** ISO 8601 with a zone: `2021-07-22T11:46:00Z`. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

const readMoment = (value: unknown): number => {
  const atMs = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(atMs)) throw new GraphQLError('expected a moment such as 2021-07-22T11:46:00Z');
  return atMs;
};

/** The last moment that a `Date` holds (ECMA-262, time values). */
const MOMENT_MAX_MS = 8.64e15;

// What was recorded before its request had that bound is shown as the last moment: one such event must not keep a list from being read.
const showMoment = (value: unknown): string =>
  new Date(Math.min(Math.max(Number(value), -MOMENT_MAX_MS), MOMENT_MAX_MS)).toISOString();

/** A moment; inside, ms since the epoch. */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'A moment, ISO 8601 in UTC with milliseconds: 2021-07-22T11:46:00.000Z.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: showMoment,
  parseValue: readMoment,
  parseLiteral: (node) => readMoment(literal(node)),
});

const readDuration = (value: unknown): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new GraphQLError('expected whole milliseconds');
  return value;
};

/** A length of time, ms. */
export const DurationScalar = new GraphQLScalarType<number, number>({
  name: 'Duration',
  description: 'A length of time, whole milliseconds; more than an Int holds.',
  serialize: (value) => Math.round(Number(value)),
  parseValue: readDuration,
  parseLiteral: (node) => readDuration(literal(node)),
});

/** A latency percentile: microseconds, or `timeout`. */
export const PercentileScalar = new GraphQLScalarType<number | 'timeout'>({
  name: 'Percentile',
  description: 'Microseconds, or "timeout": slower than every latency.',
  serialize: (value) => value as number | 'timeout',
});

/** A value that a rule compares: a number, or `timeout`. */
export const MeasuredScalar = new GraphQLScalarType<number | 'timeout'>({
  name: 'Measured',
  description: 'A number in the unit of its signal, or "timeout": slower than every latency.',
  serialize: (value) => value as number | 'timeout',
});

/** Data whose shape depends on the type of its event. */
export const JsonScalar = new GraphQLScalarType({
  name: 'Json',
  description: 'Data whose shape depends on the type of its event: docs/events says of each type what it holds.',
  serialize: (value) => value,
});
