/** Where something stands in the plain form of a file: keys and places in lists. */
export type FindingPath = readonly (string | number)[];

/** A word that is not known, and those that are: whoever shows it may say which was meant. */
export interface NearWords {
  readonly word: string;
  readonly known: readonly string[];
}

/** Something that is to be said about a place of a file. */
export interface Finding {
  readonly file: string;
  readonly path: FindingPath;
  readonly message: string;
  readonly near?: NearWords | undefined;
}

/** Takes what is wrong, at a path below a place. */
export type Tell = (path: FindingPath, message: string, near?: NearWords) => void;
