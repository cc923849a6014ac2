import { type OnCallPlan, onCallPlanSchema, type Refusal, refuseAll } from '#contracts';
import type { OnCallFinding } from '#domain';

/** Something that is wrong with a plan, by its place in the JSON. */
export interface OnCallFault {
  readonly pointer: string;
  readonly detail: string;
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A finding, as a problem document says it. */
export const faultOf = ({ path, message }: OnCallFinding): OnCallFault => ({
  pointer: `/plan${pointerOf(path)}`,
  detail: message,
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Keys that a reading dropped: a word that is written wrong would be overlooked otherwise, and a policy be for everything. */
const droppedKeys = (sent: unknown, read: unknown, path: readonly PropertyKey[]): readonly OnCallFault[] => {
  if (!isObject(sent) || !isObject(read)) return [];
  return Object.entries(sent).flatMap(([key, value]) =>
    key in read
      ? droppedKeys(value, read[key], [...path, key])
      : [{ pointer: pointerOf([...path, key]), detail: `there is no such key: ${key}` }],
  );
};

/** Reads a plan that somebody sent as JSON. */
export const readSentPlan = (sent: unknown): OnCallPlan | Refusal => {
  const { data, error } = onCallPlanSchema.safeParse(sent);
  const faults =
    data === undefined
      ? (error?.issues ?? []).map(({ path, message }) => ({ pointer: pointerOf(['plan', ...path]), detail: message }))
      : droppedKeys(sent, data, ['plan']);
  return data === undefined || faults.length > 0 ? refuseAll('BODY_INVALID', faults) : data;
};
