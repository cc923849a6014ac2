/**
 * What the sources say of a thing by the comment above it. Documents that are generated say the same: what a comment does not say,
 * they would have to make up.
 */
const commentOf = (lines: readonly string[], end: number): string | undefined => {
  if (!(lines[end] ?? '').trim().endsWith('*/')) return undefined;
  let start = end;
  while (start > 0 && !(lines[start] ?? '').trim().startsWith('/**')) start -= 1;
  return lines
    .slice(start, end + 1)
    .map((line) => line.replace(/^\s*(\/\*\*|\*(?!\/))?\s?/, '').replace(/\s*\*\/\s*$/, ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
};

/** A thing of a source. */
export interface Told {
  readonly name: string;
  /** The comment above it. */
  readonly sentence: string | undefined;
  /** From its own line to the next thing's. */
  readonly text: string;
}

/** Everything whose line matches, the name being the first group, with the comment above it. */
export const toldIn = (source: string, line: RegExp): readonly Told[] => {
  const lines = source.split('\n');
  const found = lines.flatMap((text, index) => {
    const name = line.exec(text)?.[1];
    return name === undefined ? [] : [{ name, index }];
  });
  return found.map(({ name, index }, at) => ({
    name,
    sentence: commentOf(lines, index - 1),
    text: lines.slice(index, found[at + 1]?.index ?? lines.length).join('\n'),
  }));
};
