import type { z } from 'zod';

/** A key with more letters changed is another word. */
const CHANGES_MAX = 2;

/** Letters to insert, delete or replace between two words (Levenshtein), as long as they are few. */
const changesBetween = (from: string, to: string): number => {
  if (Math.abs(from.length - to.length) > CHANGES_MAX) return CHANGES_MAX + 1;
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
};

type Definition = z.core.$ZodTypeDef & Readonly<Record<string, unknown>>;
const definitionOf = (schema: z.core.$ZodType): Definition => schema._zod.def as Definition;

/** The schemas that a step of a path can lead to; several where there are alternatives. */
const bare = (schema: z.core.$ZodType): z.core.$ZodType[] => {
  const definition = definitionOf(schema);
  const inner = definition['innerType'] ?? definition['in'];
  if (inner !== undefined) return bare(inner as z.core.$ZodType);
  const options = definition['options'];
  return Array.isArray(options) ? options.flatMap((option: z.core.$ZodType) => bare(option)) : [schema];
};

const shapeOf = (schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> =>
  (definitionOf(schema)['shape'] as Readonly<Record<string, z.core.$ZodType>> | undefined) ?? {};

const step = (schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType[] => {
  const definition = definitionOf(schema);
  const next = shapeOf(schema)[String(key)] ?? definition['element'] ?? definition['valueType'];
  return next === undefined ? [] : bare(next as z.core.$ZodType);
};

/** The one of some words that was likely meant by another; undefined when none is near. */
export const nearestOf = (word: string, known: readonly string[]): string | undefined => {
  const written = word.toLowerCase().replaceAll('-', '_');
  const [best] = known
    .map((each) => ({ each, changes: changesBetween(written, each.toLowerCase()) }))
    .filter(({ changes }) => changes <= CHANGES_MAX)
    .toSorted((a, b) => a.changes - b.changes);
  return best?.each;
};

/** The key of a schema that was likely meant by one that it does not have; undefined when none is near. */
export const suggestionFor = (
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  unknownKey: string,
): string | undefined => {
  const holders = path.reduce<z.core.$ZodType[]>((at, key) => at.flatMap((one) => step(one, key)), bare(schema));
  return nearestOf(
    unknownKey,
    holders.flatMap((holder) => Object.keys(shapeOf(holder))),
  );
};
