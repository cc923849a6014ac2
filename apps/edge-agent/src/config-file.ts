import { z } from 'zod';
import { durationMsSchema, secretFileSchema, sizeBytesSchema } from '#config';
import { nameSchema } from '#contracts';
import { commandsConfigSchema } from './command-config.js';

/** Spools are shed by segments of 4 MiB: below a few of them there would be nothing to shed. */
const SPOOL_BYTES_MIN = 16 * 1024 * 1024;
/** A version is printed at once; a program that takes longer hangs. */
const COMMAND_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS_MAX = 8_000;

/** Servers on one node may want different ones: a unix socket for one, TCP for another. */
const ADDRESSES_MAX = 8;
const addressesSchema = z
  .union([z.string(), z.array(z.string()).min(1).max(ADDRESSES_MAX)], 'expected an address, or a list of up to 8')
  .transform((told) => (typeof told === 'string' ? [told] : told));

const MODE_EXPECTED = 'expected an octal mode in quotes, such as "0660"';

const releaseSchema = z.union(
  [
    nameSchema,
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({
      command: z.array(z.string().min(1)).min(1),
      timeout: durationMsSchema
        .pipe(z.number().max(COMMAND_TIMEOUT_MS_MAX, 'expected 8s or less'))
        .default(COMMAND_TIMEOUT_MS),
    }),
    z.strictObject({ from: z.literal('tap') }),
  ],
  'expected a name, {file: PATH}, {command: [PROGRAM, WORD…], timeout: 2s} (8s at most) or {from: tap}',
);

/**
 * What the configuration file of an agent may hold, section by section. A new section is a line here, and a field of `AgentConfig`
 * that `agent.config.ts` fills from it. Everything is optional: a flag or a variable may say it instead.
 */
const sections = {
  node: z
    .strictObject({
      id: nameSchema.optional(),
      pop: nameSchema.optional(),
      region: nameSchema.optional(),
      ring: nameSchema.optional(),
      vantage: z.enum(['server', 'resolver']).optional(),
      /** Tags every batch. */
      key_file: secretFileSchema.optional(),
    })
    .optional(),
  gateway: z.strictObject({ url: z.string().optional(), key_file: secretFileSchema.optional() }).optional(),
  tap: z
    .strictObject({
      listen: addressesSchema.optional(),
      socket_mode: z
        .string(MODE_EXPECTED)
        .regex(/^0?[0-7]{3}$/, MODE_EXPECTED)
        .optional(),
      allow_remote: z.boolean().optional(),
    })
    .optional(),
  release: z
    .strictObject({ software_version: releaseSchema.optional(), config_rev: releaseSchema.optional() })
    .optional(),
  zones: z.array(z.string().min(1)).optional(),
  zones_file: z.string().min(1).optional(),
  /** Whether an NXDOMAIN for a name that was answered within a day is a wrong answer; takes 4 MB. */
  recent_names: z.boolean().optional(),
  commands: commandsConfigSchema.optional(),
  spool: z
    .strictObject({
      directory: z.string().min(1),
      max_size: sizeBytesSchema
        .pipe(z.number().min(SPOOL_BYTES_MIN, 'expected 16MiB or more'))
        .default(256 * 1024 * 1024),
      max_age: durationMsSchema.default(86_400_000),
    })
    .optional(),
};

/** The configuration file of an agent. */
export const configFileSchema = z.strictObject(sections);

/** What a configuration file says. */
export type ConfigFile = z.output<typeof configFileSchema>;
/** Where half of a release is read, as the file says it. */
export type ReleaseInFile = z.output<typeof releaseSchema>;
