/** Moments as the API has them: `2021-07-22T11:47:00Z`, with parts of a second where they are known. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

const isMoment = (value: unknown): boolean => typeof value === 'string' && MOMENT.test(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Whether two things that are asked for are one thing at two times: the same minute by minute, and not another incident or another
 * filter, whose figures must never stand under the name of this one.
 */
export const isSameButForTime = (one: unknown, other: unknown): boolean => {
  if (isMoment(one) && isMoment(other)) return true;
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSameButForTime(one[name], other[name]));
};
