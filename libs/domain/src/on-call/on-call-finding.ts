/** Something that is wrong with a plan of who is called, and where it stands: keys, and places in lists. */
export interface OnCallFinding {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** A word that is not known, and those that are. */
  readonly near?: { readonly word: string; readonly known: readonly string[] } | undefined;
}

/** Where a finding stands. */
export type Path = OnCallFinding['path'];

/** Finds a word that is not known, under its key. */
export const unknown = (
  path: Path,
  kind: 'person' | 'schedule' | 'channel' | 'address',
  word: string,
  known: readonly string[],
): readonly OnCallFinding[] =>
  known.includes(word)
    ? []
    : [{ path: [...path, kind], message: `there is no ${kind} ${word}`, near: { word, known } }];
