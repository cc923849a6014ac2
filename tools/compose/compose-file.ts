import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';

/** One service, as far as it is looked at here. */
export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
}

/** A compose file, as far as it is looked at here. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

/**
 * Reads the schema of the compose specification. It gives its parts the `id` of an older dialect, which say the same as their places,
 * and names its own dialect by an address that is not the dialect's.
 */
export const readSchema = (text: string): object => {
  const schema: object = JSON.parse(text, (name, value: unknown) =>
    name === 'id' && typeof value === 'string' ? undefined : value,
  );
  return { ...schema, $schema: 'https://json-schema.org/draft/2019-09/schema' };
};

/** What the schema of the compose specification finds wrong, by place. Its formats only say how a text is meant. */
export const schemaProblems = (file: unknown, schema: object): readonly string[] => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(schema);
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
};

const VARIABLE = /\$\{(?<name>\w+)(?:(?<how>:[-?])(?<rest>[^}]*))?\}/g;

/** Fills in `${NAME:?why}` and `${NAME:-default}` as compose does; one that is needed and missing throws its reason. */
const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(VARIABLE, (_whole, name: string, how: string | undefined, rest: string | undefined) => {
    const value = env[name] ?? '';
    if (value !== '') return value;
    if (how === ':?') throw new Error(`${name}: ${rest}`);
    return how === ':-' ? (rest ?? '') : '';
  });

const interpolateAll = (value: unknown, env: Readonly<Record<string, string>>): unknown => {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((one) => interpolateAll(one, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, interpolateAll(one, env)]));
};

/** Reads a compose file: YAML with merge keys, then the variables, in its values alone. */
export const readCompose = (text: string, env: Readonly<Record<string, string>>): ComposeFile =>
  interpolateAll(parse(text, { merge: true }), env) as ComposeFile;

/** The variables that a compose file needs from outside. */
export const variablesOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(VARIABLE)].map(({ groups }) => groups?.['name'] ?? '')),
];

/** Files and folders of the repository that a service sees. */
export const mountedBy = ({ volumes = [] }: ComposeService): readonly string[] =>
  volumes.flatMap((volume) => (volume.startsWith('./') ? [volume.split(':', 1)[0] ?? ''] : []));

/** Images of others without a version: another one tomorrow. */
export const unpinned = ({ services }: ComposeFile): readonly string[] =>
  Object.entries(services).flatMap(([name, { image, build }]) =>
    build !== undefined || /:v?\d+(\.\d+)+/.test(image) ? [] : [`${name}: ${image}`],
  );

/** Ports that anybody on the network can reach. */
export const openPorts = ({ services }: ComposeFile): readonly string[] =>
  Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name}: ${port}`),
  );
