/** What Markdown, or HTML within it, could take for its own. */
const PUNCTUATION = /[\\`*_{}[\]()<>#+\-.!|~&:@=$^]/g;
/** Line ends, other control characters, and those that turn or hide text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/**
 * Where it can do nothing it is read as it is: within `99.8`, `11:47`, `us-east`, `v2+c42`, at the end of a sentence, in brackets that no link
 * has. A digit with a dot or a bracket begins a list where it stands first.
 */
const HARMLESS =
  /(?<=\d)\\([.:])(?=\d)|(?<=\S)(?<!^\s*\d{0,9})\\(\.)(?= |$)|(?<=[A-Za-z0-9])\\([-+])(?=[A-Za-z0-9])|(?<=\S)\\(:)(?= )|\\(\()|(?<!^\s*\d{0,9})\\(\))/g;

/** Text that somebody else chose, as Markdown that shows it and does nothing: no link, no table cell, no line, no HTML. */
export const markdownText = (text: string): string =>
  text
    .replaceAll(INVISIBLE, ' ')
    .replaceAll(PUNCTUATION, String.raw`\$&`)
    .replaceAll(HARMLESS, '$1$2$3$4$5$6');

/** A fenced block whose fence is longer than any within. */
export const markdownBlock = (text: string): readonly string[] => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const lines = text.split(/\r\n|[\r\n\u2028\u2029\u0085]/).map((line) => line.replaceAll(INVISIBLE, ' '));
  return [`${fence}text`, ...lines, fence];
};

/** A table of cells that are Markdown already. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];
