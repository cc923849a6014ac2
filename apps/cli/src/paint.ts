/** Colours of a terminal. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
}

const wrap =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
const asItIs = (text: string): string => text;

/** No colour without a terminal, nor where NO_COLOR is set to anything (no-color.org). */
export const createPaint = (isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && (environment['NO_COLOR'] ?? '') === ''
    ? { good: wrap(32), bad: wrap(31), warn: wrap(33), strong: wrap(1) }
    : { good: asItIs, bad: asItIs, warn: asItIs, strong: asItIs };
