import { GraphQLScalarType } from 'graphql';

/** A latency percentile: microseconds, or `timeout`. */
export const PercentileScalar = new GraphQLScalarType<number | 'timeout'>({
  name: 'Percentile',
  description: 'Microseconds, or "timeout": slower than every latency.',
  serialize: (value) => value as number | 'timeout',
});

/** Data whose shape depends on the type of its event. */
export const JsonScalar = new GraphQLScalarType({
  name: 'Json',
  description: 'Data whose shape depends on the type of its event.',
  serialize: (value) => value,
});
