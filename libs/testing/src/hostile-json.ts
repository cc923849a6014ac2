import type { Dice } from './hostile-bytes.js';

/** A JSON object as text: name → text of the value. Text, because JSON may say what no JavaScript value can be written as. */
export type JsonFields = readonly (readonly [name: string, text: string])[];

const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

/** Values that fit nowhere, or only just. */
const VALUES = [
  'null',
  'true',
  '-1',
  '-0',
  '0',
  '0.5',
  '1e308',
  '1e999',
  '-1e999',
  'NaN',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '65535',
  '65536',
  '65537',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"n1"',
  '"18446744073709551616"',
  `"${'z'.repeat(255)}"`,
  `"${'z'.repeat(256)}"`,
  `"${'\\u0001'.repeat(2_000)}"`,
  '[]',
  '[0]',
  '["a.example"]',
  '{}',
  '{"length":3}',
  '{"__proto__":{"length":1e9}}',
  deep('[', ']', 50),
  deep('{"a":', '}', 5),
] as const;

/** Names that mean something to JavaScript, and one that means something to us. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'refused', 'length', ''] as const;
/** Deeper than any recursion survives: a parser must not recurse. Rare, since each costs a millisecond. */
const DEEP = 30_000;
const DEEP_CHANCE = 1 / 2_000;

const value = (dice: Dice): string =>
  dice.chance(DEEP_CHANCE) ? deep('[', dice.chance(0.5) ? ']' : '', DEEP) : dice.pick(VALUES);

/** An array of numbers or strings with one entry replaced, taken away or added. */
const changedArray = (dice: Dice, text: string): string => {
  const entries = text.slice(1, -1).split(',');
  const at = dice.below(entries.length);
  const [taken, added] = dice.pick([
    [1, [value(dice)]],
    [1, []],
    [0, [entries[at] ?? '0']],
    [0, [value(dice)]],
  ] as const);
  return `[${entries.toSpliced(at, taken, ...added).join(',')}]`;
};

/** The fields with one thing wrong: a value replaced, a field missing, twice, or of a strange name. */
export const mutateFields = (dice: Dice, fields: JsonFields): JsonFields => {
  const at = dice.below(fields.length);
  const [name = '', text = ''] = fields[at] ?? [];
  const kind = dice.below(10);
  if (kind < 4) return fields.with(at, [name, value(dice)]);
  if (kind < 7) return fields.with(at, [name, text.startsWith('[') ? changedArray(dice, text) : value(dice)]);
  if (kind === 7) return fields.toSpliced(at, 1);
  if (kind === 8) return [...fields, [name, value(dice)]];
  return fields.toSpliced(at, 0, [dice.pick(NAMES), value(dice)]);
};

/** The text of the object. */
export const textOfFields = (fields: JsonFields): string =>
  `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

/** The fields of an object. */
export const fieldsOf = (object: object): JsonFields =>
  Object.entries(object).map(([name, item]) => [name, JSON.stringify(item)]);
