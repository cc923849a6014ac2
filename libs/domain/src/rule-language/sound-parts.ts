/** An entry of which the parts that do not fit their schema are left out: what is there can be judged. */
export type SoundEntry<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What is needed of a schema: the parts that it finds wrong. */
interface PartSchema {
  readonly safeParse: (value: unknown) => {
    readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly keys?: unknown }[] };
  };
}

/** An entry without the parts that do not fit its schema, so that the others can be judged all the same. */
export const soundParts = <T>(schema: PartSchema, raw: unknown): SoundEntry<T> => {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return {};
  const issues = schema.safeParse(raw).error?.issues ?? [];
  const wrong = new Set(
    issues.flatMap(({ path, keys }) =>
      path.length === 0 ? (Array.isArray(keys) ? keys.map(String) : []) : [String(path[0])],
    ),
  );
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !wrong.has(key))) as SoundEntry<T>;
};
