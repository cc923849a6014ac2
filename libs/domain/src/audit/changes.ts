/** A field that an act changed; null where there was nothing, or is nothing any more. */
export interface FieldChange {
  /** Its path: `rollout.status`, `votes.engineering_vp.isApproved`. */
  readonly field: string;
  readonly before: string | number | boolean | null;
  readonly after: string | number | boolean | null;
}

/** What an act changed. */
export interface Changes {
  readonly changes: readonly FieldChange[];
  /** More was changed than is told. */
  readonly isCut: boolean;
}

/** Changes that are told of one act: a person reads them; a registration of a thousand customers is read in its event. */
export const CHANGES_MAX = 100;
/** Fields that are compared of one state: those of a rollout of 10,000 nodes are more, and the first of them are enough to tell what was done. */
const FIELDS_MAX = 20_000;
/** The longest text that is told of a value. */
const VALUE_CHARS_MAX = 500;

type Leaf = string | number | boolean | null;

const leafOf = (value: unknown): Leaf => {
  if (typeof value === 'string') return value.slice(0, VALUE_CHARS_MAX);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

const entriesOf = (value: object): readonly (readonly [string, unknown])[] => {
  if (value instanceof Map) return Array.from(value as Map<unknown, unknown>, ([key, item]) => [String(key), item]);
  // A set has no order that means anything: what is in it is there or not.
  if (value instanceof Set) return Array.from(value as Set<unknown>, (item) => [String(item), true]);
  return Object.entries(value);
};

const addLeaves = (leaves: Map<string, Leaf>, path: string, value: unknown): void => {
  if (leaves.size >= FIELDS_MAX || value === undefined) return;
  if (typeof value !== 'object' || value === null) {
    leaves.set(path, leafOf(value));
    return;
  }
  for (const [key, item] of entriesOf(value)) addLeaves(leaves, path === '' ? key : `${path}.${key}`, item);
};

const leavesOf = (state: unknown): ReadonlyMap<string, Leaf> => {
  const leaves = new Map<string, Leaf>();
  addLeaves(leaves, '', state);
  return leaves;
};

/** What is otherwise in a state than in the one before it, field by field, in the order of their paths. */
export const changesBetween = (before: unknown, after: unknown): Changes => {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (field) => (was.get(field) ?? null) !== (is.get(field) ?? null),
  );
  const told = changed.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, CHANGES_MAX);
  return {
    changes: told.map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null })),
    isCut: changed.length > CHANGES_MAX,
  };
};
