import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type Environment, readSettings } from '#config';
import { DATA_DIR_DEFAULT } from '#runtime';

/**
 * How often the signer looks, beside the notices within a process: what a command waits at most for its signature. Looking in vain
 * costs one query of 0.1 to 0.5 ms (measured with 5,000 commands behind it).
 */
export const SIGN_EVERY_MS = 200;

/** Commands signed in one run, each a transaction; more wait for the next run. A fleet has a few a day. */
export const SIGN_MAX = 20;

/** Reads an Ed25519 private key in PEM; otherwise says what is wrong, never with a part of the key. */
export const ed25519Of = (pem: string): KeyObject | string => {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : `expected an Ed25519 key, got ${key.asymmetricKeyType}`;
  } catch {
    return 'expected a private key in PEM (PKCS8)';
  }
};

const commandKeySchema = z.string().transform((pem, context): KeyObject => {
  const key = ed25519Of(pem);
  if (typeof key !== 'string') return key;
  context.addIssue({ code: 'custom', message: key });
  return z.NEVER;
});

const schema = z
  .object({
    /** Ed25519 in PEM (PKCS8): signs commands. Unset: generated once and kept in DATA_DIR, where the log is embedded. */
    COMMAND_PRIVATE_KEY: commandKeySchema.optional(),
    /** RAIL-14: nothing is signed unless it says `on`. */
    AUTOMATION: z.string().default('on'),
    /** RAIL-14: a file beside it; where one is named, nothing is signed unless it can be read and says `on`. */
    AUTOMATION_FILE: z.string().optional(),
    /** Only whether it is set: on a shared log there may be other signers, and a generated key would not be theirs. */
    EVENT_LOG_URL: z.string().optional(),
    /** Where a generated command key is kept. */
    DATA_DIR: z.string().default(DATA_DIR_DEFAULT),
  })
  .superRefine((read, context) => {
    if (read.EVENT_LOG_URL !== undefined && read.COMMAND_PRIVATE_KEY === undefined)
      context.addIssue({
        code: 'custom',
        path: ['COMMAND_PRIVATE_KEY'],
        message:
          'needed beside EVENT_LOG_URL: all signers sign under one key; COMMAND_PRIVATE_KEY_FILE may name its file',
      });
  });

const SECRETS = ['COMMAND_PRIVATE_KEY'] as const;

/** What the signer is started with. */
export interface SignerSettings {
  /** undefined: the one in the data directory. */
  readonly commandKey: KeyObject | undefined;
  readonly dataDir: string;
  readonly automation: string;
  readonly automationFile: string | undefined;
}

/** Reads the settings; the key may also be given as COMMAND_PRIVATE_KEY_FILE. Throws a `ConfigError` that names all that are wrong. */
export const readSignerSettings = (env: Environment): SignerSettings => {
  const read = readSettings(env, schema, SECRETS);
  const { COMMAND_PRIVATE_KEY: commandKey, DATA_DIR: dataDir, AUTOMATION: automation } = read;
  return { commandKey, dataDir, automation, automationFile: read.AUTOMATION_FILE };
};
