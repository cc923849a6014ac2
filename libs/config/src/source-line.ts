/** Longer lines are cut around the place that is shown: a terminal shows this much. */
const SHOWN_MAX = 120;
/** What stands before the place in a line that is cut. */
const SHOWN_BEFORE = 60;

/** Values of such keys may be secrets, wherever they were put by mistake; files that hold secrets are named `…_file`. */
const SECRET_KEY = /[\w.-]*(?:key|secret|token|password|credential)(?![\w.-]*_file\b)[\w.-]*["']?\s*:\s*/i;

/** From where on a line is not shown. */
const hiddenFrom = (line: string, column: number, isUnknownKey: boolean): number => {
  const secret = SECRET_KEY.exec(line);
  const ofSecret = secret === null ? line.length : secret.index + secret[0].length;
  const colon = isUnknownKey ? line.indexOf(':', column - 1) : -1;
  return colon === -1 ? ofSecret : Math.min(ofSecret, colon + 2);
};

/**
 * A line of a file and a caret below a column of it (from 1). The value of a key that could be a secret is not shown, nor that of a
 * key that is not known: it may be a secret under a name that was written wrong. What follows in the line is not shown either: where
 * a value ends is the business of YAML.
 */
export const pointAt = (source: string, column: number, isUnknownKey: boolean): string => {
  const line = source.replaceAll(/[\r\n]+$/g, '').replaceAll('\t', ' ');
  const end = hiddenFrom(line, column, isUnknownKey);
  const shown = end < line.length ? `${line.slice(0, end).trimEnd()} …` : line;
  const caretAt = Math.min(column - 1, shown.length);
  const from = shown.length <= SHOWN_MAX ? 0 : Math.max(0, caretAt - SHOWN_BEFORE);
  return `    ${shown.slice(from, from + SHOWN_MAX)}\n    ${' '.repeat(caretAt - from)}^`;
};
