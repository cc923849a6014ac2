import { createHash } from 'node:crypto';

/** Names of releases have at most 64 characters. */
const NAME_MAX = 64;
/** Hexadecimal digits that tell long names apart: 32 bits, for the handful of releases that a fleet runs at once. */
const DIGEST_DIGITS = 8;

/**
 * The name of a release, from what a server, a file or a program says it is; undefined when nothing of it can be a name. The rule:
 * 1. the first line that is not blank counts;
 * 2. what is not of `A-Z a-z 0-9 . _ : -` becomes one `-`, however much of it stands together: `Knot DNS 3.2.6` is `Knot-DNS-3.2.6`;
 * 3. a name begins with a letter or digit and ends in no `-`: what stands before and after is left out;
 * 4. of what is longer than 64 characters the first 55 stay, then `-` and 8 digits of a SHA-256 of the line, so that two long names
 *    that begin alike stay two.
 */
export const releaseNameOf = (text: string): string | undefined => {
  const line = text.split(/[\r\n]/).find((one) => one.trim() !== '') ?? '';
  const name = line
    .replaceAll(/[^A-Za-z0-9._:-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+$/, '');
  if (name === '') return undefined;
  if (name.length <= NAME_MAX) return name;
  const digest = createHash('sha256').update(line.trim()).digest('hex').slice(0, DIGEST_DIGITS);
  return `${name.slice(0, NAME_MAX - 1 - DIGEST_DIGITS)}-${digest}`;
};
