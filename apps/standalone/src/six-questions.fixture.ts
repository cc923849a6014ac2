import { type Release, releaseName } from '#contracts';

/** What happened, for who knows it: answers are held against it. */
export interface Outage {
  readonly bad: Release;
  readonly good: Release;
  /** Regions with a node that was struck. */
  readonly regions: readonly string[];
}

/** A figure with a unit, as every evidence of a rule has it. */
const FIGURES = String.raw`[\d,.]+ %`;
const MONEY = String.raw`\$[\d,.]+[KMB]?`;

/** What is spoken of a part of the page: its line, and all that stands in it. */
export const partOf = (spoken: string, line: string): string => {
  const lines = spoken.split('\n');
  const begin = lines.findIndex((each) => each.trimStart().startsWith(line));
  if (begin === -1) return '';
  const depthOf = (each: string): number => each.length - each.trimStart().length;
  const depth = depthOf(lines[begin] ?? '');
  const length = lines.slice(begin + 1).findIndex((each) => depthOf(each) <= depth);
  return lines.slice(begin, length === -1 ? undefined : begin + 1 + length).join('\n');
};

const region = (spoken: string, name: string): string => partOf(spoken, `- region "${name}"`);
const all = (text: string, ...patterns: readonly RegExp[]): boolean => patterns.every((pattern) => pattern.test(text));
const exact = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The questions of the first minute: how each is found answered in what a screen reader is told. */
export const SIX_QUESTIONS: Readonly<Record<string, (spoken: string, outage: Outage) => boolean>> = {
  'how bad': (spoken) =>
    all(
      region(spoken, 'Verdict'),
      new RegExp(`P0 · .*success ${FIGURES}, [1-9][\\d,]* customers, score [1-9]`),
      new RegExp(`${MONEY} a minute`),
    ),
  'is it getting worse': (spoken) =>
    all(
      region(spoken, 'How bad, and is it getting worse'),
      new RegExp(`getting worse ${FIGURES} in the last 5 s, ${FIGURES}`),
    ),
  where: (spoken, { regions }) =>
    regions.every((name) => all(region(spoken, 'Where'), new RegExp(`row "${name} (failing|degraded) ${FIGURES}`))),
  'what changed': (spoken, { bad }) =>
    all(
      region(spoken, 'What changed'),
      new RegExp(`strong: ${exact(releaseName(bad))}\\n.*proved ${FIGURES} fail with it`),
    ),
  'who is hurt': (spoken) =>
    all(
      region(spoken, 'Who is hurt'),
      new RegExp(`row "c\\d+ 1 ${FIGURES} ${MONEY}`),
      new RegExp(`customers, ${MONEY} a minute`),
    ),
  'what is the automation doing, and why': (spoken, { bad, good }) =>
    all(
      region(spoken, 'What the automation does'),
      new RegExp(`listitem: "[^"]*${FIGURES} < ${FIGURES} over`),
      new RegExp(`Roll back ${exact(releaseName(bad))} to ${exact(releaseName(good))}\\n *- text: (running|completed)`),
      /Wave 1 (commanded|verified) \d+ of \d+ nodes answered/,
    ),
  'who owns it': (spoken) => all(region(spoken, 'Who has it'), /nobody has acknowledged, for \d+ s|acknowledged by/),
  'was the page delivered': (spoken) => all(region(spoken, 'Who has it'), /listitem: "webhook: trigger delivered/),
};
