/** What an address says after its `?`, each part a text that is there or not. */
export type Texts<Name extends string> = { readonly [Key in Name]?: string };

/** The parts of an address that a page knows; anything else in it, and what is empty, is left out. */
export const readTexts =
  <Name extends string>(...names: readonly Name[]) =>
  (search: Record<string, unknown>): Texts<Name> => {
    const found: { [Key in Name]?: string } = {};
    for (const name of names) {
      const value = search[name];
      // The router reads what looks like a number as one.
      if ((typeof value === 'string' && value !== '') || typeof value === 'number') found[name] = String(value);
    }
    return found;
  };
