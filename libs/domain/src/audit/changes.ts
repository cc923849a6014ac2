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
  /** More was changed than is told: more fields, or more of a text. */
  readonly isCut: boolean;
}

/** Changes that are told of one act: a person reads them; a registration of a thousand customers is read in its event. */
export const CHANGES_MAX = 100;
/** Changes that are looked at for the first of them; of more than that the rest is not looked at. Some 50 ms. */
const FOUND_MAX = 20_000;
/** The longest text that is told of a value; a longer one is told from where it differs, between dots. */
const VALUE_CHARS_MAX = 500;
/** Characters of the same text that are told before where two differ: some words, by which a person finds the place. */
const SAME_CHARS = 40;

type Leaf = string | number | boolean | null;

const leafOf = (value: unknown): Leaf =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

interface Change {
  readonly field: string;
  readonly was: Leaf;
  readonly is: Leaf;
}

const isOfFields = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What a value holds, by name; of a leaf nothing. */
const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> => {
  if (!isOfFields(value)) return new Map();
  if (value instanceof Map)
    return new Map(Array.from(value as Map<unknown, unknown>, ([key, item]) => [String(key), item]));
  // A set has no order that means anything: what is in it is there or not.
  if (value instanceof Set) return new Map(Array.from(value as Set<unknown>, (item) => [String(item), true]));
  return new Map(Object.entries(value));
};

/** Adds what differs below a path; false: there was no room for all of it. What is the same object is not looked into. */
const addChanges = (found: Change[], path: string, was: unknown, is: unknown): boolean => {
  if (was === is) return true;
  const change = { field: path, was: leafOf(was), is: leafOf(is) };
  if (change.was !== change.is) {
    if (found.length === FOUND_MAX) return false;
    found.push(change);
  }
  if (!isOfFields(was) && !isOfFields(is)) return true;
  const [before, after] = [fieldsOf(was), fieldsOf(is)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const pathOf = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return [...names].every((name) => addChanges(found, pathOf(name), before.get(name), after.get(name)));
};

const isLong = (leaf: Leaf): boolean => typeof leaf === 'string' && leaf.length > VALUE_CHARS_MAX;

/** From where on two texts differ, as far back as something of the same is told before it. */
const startOf = (was: Leaf, is: Leaf): number => {
  if (typeof was !== 'string' || typeof is !== 'string') return 0;
  let at = 0;
  while (at < was.length && was[at] === is[at]) at += 1;
  return at < VALUE_CHARS_MAX ? 0 : at - SAME_CHARS;
};

const shortened = (leaf: Leaf, start: number): Leaf => {
  if (typeof leaf !== 'string') return leaf;
  return `${start > 0 ? '…' : ''}${leaf.slice(start, start + VALUE_CHARS_MAX)}${leaf.length > start + VALUE_CHARS_MAX ? '…' : ''}`;
};

const told = ({ field, was, is }: Change): FieldChange => {
  const start = startOf(was, is);
  return { field, before: shortened(was, start), after: shortened(is, start) };
};

/**
 * What is otherwise in a state than in the one before it, field by field, in the order of their paths. States and texts are compared whole; a
 * long text is told from where it differs.
 */
export const changesBetween = (before: unknown, after: unknown): Changes => {
  const found: Change[] = [];
  const isWhole = addChanges(found, '', before, after);
  const shown = found.toSorted((a, b) => (a.field < b.field ? -1 : 1)).slice(0, CHANGES_MAX);
  const isCut = !isWhole || found.length > CHANGES_MAX || shown.some(({ was, is }) => isLong(was) || isLong(is));
  return { changes: shown.map(told), isCut };
};
