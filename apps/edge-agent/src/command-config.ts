import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { durationMsSchema } from '#config';
import { COMMAND_ACTIONS, COMMAND_TTL_MS } from '#contracts';
import { unknownPlaceholders } from './command-program.js';

/** A restart of a DNS server with its checks takes seconds; a minute is long. */
const TIME_LIMIT_MS = 60_000;
/** A rollback gives its nodes the life of a command to answer: 20 s of it are for the way, the kill and the read back. */
const TIME_LIMIT_MS_MAX = COMMAND_TTL_MS - 20_000;
/** Arguments of one program, and the length of each: far above any, far below what the system refuses. */
const ARGUMENTS_MAX = 100;
const ARGUMENT_CHARACTERS_MAX = 4_000;
/** Variables that an operator may add. */
const VARIABLES_MAX = 50;

const timeLimitSchema = durationMsSchema.refine(
  (limitMs) => limitMs >= 1 && limitMs <= TIME_LIMIT_MS_MAX,
  `expected 1ms to ${TIME_LIMIT_MS_MAX / 1_000}s`,
);

const argumentSchema = z
  .string()
  .max(ARGUMENT_CHARACTERS_MAX)
  .refine((text) => !text.includes('\0'), 'holds a NUL');

const programSchema = z
  .array(argumentSchema)
  .min(1)
  .max(ARGUMENTS_MAX)
  .superRefine((program, context) => {
    if (!/^[^{}]+$/.test(program[0] ?? 'none'))
      context.addIssue({ code: 'custom', path: [0], message: 'expected the name of a program, without placeholders' });
    for (const name of unknownPlaceholders(program))
      context.addIssue({ code: 'custom', message: `there is no placeholder {${name}}` });
  });

const actionSchema = z.strictObject({
  program: programSchema,
  time_limit: timeLimitSchema.default(TIME_LIMIT_MS),
});

const VARIABLE = /^(?!TOCSIN_)[A-Z_][A-Z0-9_]{0,63}$/;

const environmentSchema = z.record(z.string(), argumentSchema).superRefine((variables, context) => {
  const names = Object.keys(variables);
  const message = 'expected a name like HOME; TOCSIN_… are set by the agent';
  for (const name of names.filter((each) => !VARIABLE.test(each))) {
    context.addIssue({ code: 'custom', path: [name], message });
  }
  if (names.length > VARIABLES_MAX)
    context.addIssue({ code: 'custom', message: `more than ${VARIABLES_MAX} variables` });
});

const pathSchema = z.string().regex(/^\/[^\0]*$/, 'expected an absolute path');

/**
 * The `commands:` section of an agent's configuration: whose commands it obeys, and with which programs. Programs are argument
 * vectors: they never meet a shell, and a placeholder is filled inside one argument, with a plain name.
 */
export const commandsConfigSchema = z
  .strictObject({
    /** The Ed25519 key that signs commands, as PEM, or the file it is in. It is pinned: commands name no other. */
    public_key: z.string().max(4_000).optional(),
    public_key_file: pathSchema.optional(),
    /** What keeps a command from acting twice, across restarts. */
    journal: pathSchema.default('/var/lib/tocsin-edge-agent/commands.journal'),
    /** The kill switch of this node: where it is named, nothing is run unless it can be read and says `on`. */
    automation_file: pathSchema.optional(),
    /** Until an operator says otherwise, a command is refused with the program that it would start. */
    dry_run: z.boolean().default(true),
    actions: z.partialRecord(z.enum(COMMAND_ACTIONS), actionSchema).default({}),
    /** Writes the software version and the configuration revision that really run, apart by white space; run after a rollback. */
    read_back: programSchema.optional(),
    /** In which programs run. */
    directory: pathSchema.default('/'),
    /** What programs get beside PATH, LANG and TOCSIN_…; nothing of the agent's own environment is passed on. */
    environment: environmentSchema.default({}),
  })
  .refine(({ public_key: text, public_key_file: file }) => (text === undefined) !== (file === undefined), {
    message: 'expected either public_key or public_key_file',
    path: ['public_key'],
  })
  .transform((given) => ({
    publicKey: given.public_key,
    publicKeyFile: given.public_key_file,
    journal: given.journal,
    automationFile: given.automation_file,
    isDryRun: given.dry_run,
    actions: given.actions,
    readBack: given.read_back,
    directory: given.directory,
    environment: given.environment,
  }));

/** Whose commands an agent obeys, and how. */
export type CommandsConfig = z.output<typeof commandsConfigSchema>;

/** The key that commands must be signed with; fails when it is none, or the half that must never be on a node. */
export const loadCommandKey = ({
  publicKey,
  publicKeyFile,
}: Pick<CommandsConfig, 'publicKey' | 'publicKeyFile'>): KeyObject => {
  const from = publicKeyFile ?? 'public_key';
  try {
    const pem = publicKeyFile === undefined ? (publicKey ?? '') : readFileSync(publicKeyFile, 'utf8');
    // node:crypto would derive the public half from it, and nobody would see what lies here.
    if (pem.includes('PRIVATE KEY')) throw new Error('it is a private key: only the signer may have one');
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is a key for ${key.asymmetricKeyType}, not Ed25519`);
    return key;
  } catch (cause) {
    throw new Error(`commands: the key of ${from}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
};
