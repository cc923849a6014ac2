/** Longer lines are cut around the place that is shown: a terminal shows this much. */
const SHOWN_MAX = 120;
/** What stands before the place in a line that is cut. */
const SHOWN_BEFORE = 60;

/** Values of such keys may be secrets, wherever they were put by mistake; files that hold secrets are named `…_file`. */
const SECRET_KEY = /^(?<key>[\s-]*["']?[\w.-]*(?:key|secret|token|password|credential)[\w.-]*["']?\s*:\s*)\S/i;
const ANY_KEY = /^(?<key>[^:]*:)\s*\S/;

const masked = (line: string, isUnknownKey: boolean): string => {
  const pattern = isUnknownKey ? ANY_KEY : SECRET_KEY;
  const key = pattern.exec(line)?.groups?.['key'];
  return key === undefined || /_file["']?\s*:\s*$/.test(key) ? line : `${key.trimEnd()} …`;
};

/**
 * A line of a file and a caret below a column of it (from 1). The value of a key that could be a secret is not shown, nor that of a
 * key that is not known: it may be a secret under a name that was written wrong.
 */
export const pointAt = (source: string, column: number, isUnknownKey: boolean): string => {
  const line = masked(source.replaceAll(/[\r\n]+$/g, '').replaceAll('\t', ' '), isUnknownKey);
  const from = line.length <= SHOWN_MAX ? 0 : Math.max(0, column - SHOWN_BEFORE);
  return `    ${line.slice(from, from + SHOWN_MAX)}\n    ${' '.repeat(Math.max(0, column - 1 - from))}^`;
};
