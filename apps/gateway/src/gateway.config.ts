import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError, type Environment, readSettings, readYamlConfig } from '#config';
import { type Mapping, mappingSchema, nameSchema } from '#contracts';

const schema = z.object({
  /** A directory of mappings beside those that come with Tocsin; a file of the same name replaces one of them. */
  MAPPINGS_DIR: z.string().optional(),
});

/** What the gateway reads from its environment. */
export interface GatewaySettings {
  /** Name → how the records of that producer become outcomes. */
  readonly mappings: ReadonlyMap<string, Mapping>;
}

/** Those that come with Tocsin. */
const SHIPPED = fileURLToPath(new URL('../../../../mappings', import.meta.url));
const SUFFIX = '.yml';
/** Most mappings of a directory, and most characters of one: a mapping of every field there is has 2,000. */
const FILES_MAX = 64;
const CHARACTERS_MAX = 32_768;

/** Reads the text of a mapping; throws a `ConfigError` that names file, line, column and field of everything that is wrong. */
export const readMapping = (file: string, text: string): Mapping => {
  if (text.length > CHARACTERS_MAX) throw new ConfigError([`${file}: longer than ${CHARACTERS_MAX} characters`]);
  const { config, problems } = readYamlConfig(mappingSchema, text, file);
  if (config === undefined) throw new ConfigError(problems);
  return config;
};

const namesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(SUFFIX))
      .sort();
  } catch (cause) {
    throw new ConfigError([
      `MAPPINGS_DIR: cannot read ${directory} (${(cause as NodeJS.ErrnoException).code ?? 'error'})`,
    ]);
  }
};

const readDirectory = (directory: string): readonly (readonly [string, Mapping])[] => {
  const files = namesIn(directory);
  if (files.length > FILES_MAX) throw new ConfigError([`MAPPINGS_DIR: ${directory}: more than ${FILES_MAX} mappings`]);
  return files.map((file) => {
    const [path, name] = [join(directory, file), file.slice(0, -SUFFIX.length)];
    if (!nameSchema.safeParse(name).success) throw new ConfigError([`MAPPINGS_DIR: ${path}: the name is no word`]);
    return [name, readMapping(path, readFileSync(path, 'utf8'))];
  });
};

/** Reads the settings of the gateway; throws a `ConfigError` when they are wrong. */
export const readGatewaySettings = (env: Environment): GatewaySettings => {
  const { MAPPINGS_DIR: own } = readSettings(env, schema);
  return { mappings: new Map([...readDirectory(SHIPPED), ...(own === undefined ? [] : readDirectory(own))]) };
};
