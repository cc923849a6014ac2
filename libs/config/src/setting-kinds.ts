import { readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { z } from 'zod';
import { readDuration } from '#contracts';

const BYTES = { KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

/** A duration as `250ms`, `5s`, `1h30m` or `7d`; its value is in ms. */
export const durationMsSchema = z
  .string('expected a duration, such as 250ms, 5s, 10m, 1h, 7d')
  .transform((text, ctx) => {
    const ms = readDuration(text);
    if (ms !== undefined) return ms;
    ctx.addIssue('expected a duration, such as 250ms, 5s, 10m, 1h, 7d');
    return z.NEVER;
  });

/** A size as `64KiB`, `256MiB` or `2GiB`; its value is in bytes. */
export const sizeBytesSchema = z.string('expected a size, such as 64KiB, 256MiB, 2GiB').transform((text, ctx) => {
  const [, digits, unit] = /^(\d{1,9})(KiB|MiB|GiB)$/.exec(text) ?? [];
  if (digits !== undefined && unit !== undefined) return Number(digits) * BYTES[unit as keyof typeof BYTES];
  ctx.addIssue('expected a size, such as 64KiB, 256MiB, 2GiB');
  return z.NEVER;
});

/** A secret, which no log and no dump of a configuration shows: only `reveal` does. */
export class Secret {
  readonly #text: string;
  /** `from` says where it came from, and is shown in its place. */
  constructor(
    text: string,
    readonly from: string,
  ) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return `(secret, ${this.from})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Keys and tokens are some hundred bytes, a PEM some thousand; what is longer is another file, given by mistake. */
const SECRET_BYTES_MAX = 65_536;

/** The path of a file that holds a secret (`key_file: /etc/…`); its value is the secret, without the line break at its end. */
export const secretFileSchema = z.string().transform((path, ctx) => {
  try {
    if (statSync(path).size > SECRET_BYTES_MAX) throw new Error(`more than ${SECRET_BYTES_MAX} bytes`);
    const text = readFileSync(path, 'utf8').trim();
    if (text === '') throw new Error('it is empty');
    return new Secret(text, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    ctx.addIssue(`cannot read the secret: ${code ?? message}`);
    return z.NEVER;
  }
});
