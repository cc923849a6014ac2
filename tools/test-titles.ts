/** A title of a test or of a suite in a spec file. */
export interface TestTitle {
  readonly kind: 'describe' | 'it';
  /** The titles of the suites around it, and its own. */
  readonly path: string;
  readonly own: string;
}

const STARTS = /^(?<indent> *)(?<call>describe|it|test)(?<how>(?:\.\w+)*)[(<`]/;
const QUOTED = /(['"`])(?<title>(?:\\.|(?!\1).)*)\1/s;
/** `])('title', …`: the title of a table comes after the table, which may be long. */
const AFTER_TABLE = /\)\(\s*(['"`])(?<title>(?:\\.|(?!\1).)*)\1/s;

/** The text of a call: to the line that closes it, which has the indentation that opened it. Formatted sources only. */
const callText = (lines: readonly string[], from: number, indent: string): string => {
  const end = lines.findIndex((line, i) => i > from && line.startsWith(`${indent}}`) && !line.startsWith(`${indent} `));
  return lines.slice(from, end === -1 ? from + 1 : end + 1).join('\n');
};

/**
 * The titles of a formatted spec file, found by indentation. Tests that are always skipped are left out: they show nothing.
 */
export const testTitles = (text: string): TestTitle[] => {
  const lines = text.split('\n');
  const suites: { indent: number; title: string }[] = [];
  return lines.flatMap((line, at) => {
    const found = STARTS.exec(line)?.groups;
    if (found === undefined || /skip|todo/.test(found['how'] ?? '')) return [];
    const indent = found['indent'] ?? '';
    const call = callText(lines, at, indent);
    const isTable = /each/.test(found['how'] ?? '');
    const own = (isTable ? AFTER_TABLE : QUOTED).exec(call)?.groups?.['title'];
    if (own === undefined) return [];
    while ((suites.at(-1)?.indent ?? -1) >= indent.length) suites.pop();
    const path = [...suites.map(({ title }) => title), own].join(' › ');
    if (found['call'] === 'describe') suites.push({ indent: indent.length, title: own });
    return [{ kind: found['call'] === 'describe' ? 'describe' : 'it', path, own }];
  });
};
