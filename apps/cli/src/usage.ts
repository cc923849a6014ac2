import { wrapped } from './wrapped.js';

/** One command, as it is written. */
export interface CommandUsage {
  /** Its words: `incident show`. */
  readonly name: string;
  /** What follows them: `<id|latest> [--json]`. */
  readonly takes: string;
  /** What it does, for a person. */
  readonly says: string;
  /** One that can be read, without `tocsin`. */
  readonly example: string;
  /** It is a list: it takes `--limit`, `--all` and `--after` as well. */
  readonly isList?: true;
}

/** Where what a command does begins in a line of help. */
const COLUMN = 28;
/** The longest line of help: two columns of a terminal of 132. */
const LINE_CHARS = 132;

/** The lines of help on one command: what is written, and beside or under it what it does. */
export const usageLines = ({ name, takes, says }: CommandUsage): readonly string[] => {
  const written = `  ${name} ${takes}`.trimEnd();
  const said = wrapped(says, LINE_CHARS - COLUMN).map((line) => `${' '.repeat(COLUMN)}${line}`);
  if (written.length < COLUMN) return [`${written.padEnd(COLUMN)}${said[0]?.trim() ?? ''}`, ...said.slice(1)];
  return [
    ...wrapped(written.trim(), LINE_CHARS - 2).map((line, at) => `${at === 0 ? '  ' : '      '}${line}`),
    ...said,
  ];
};
