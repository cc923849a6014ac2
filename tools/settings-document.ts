import type { SourceFile } from './source-files.js';
import { type Told, toldIn } from './source-sentences.js';

const HEAD = `# Settings

What server processes read from their environment, once, at their start; everything that is wrong is told at once, and no value that could
be a secret is shown. Made from the schemas of the processes by \`npm run docs\`; do not edit. \`--check-config\` says whether the settings
are right, and starts nothing. \`.env.example\` has those that docker compose passes on. What is secret may stand in a file that
\`<NAME>_FILE\` names. The edge agent and the prober tell of theirs by \`--help\`.
`;

/** Where settings are read: a process's own, and those of all. */
const SOURCE = /^(?:apps\/([\w-]+)\/src\/.*\.config\.ts|libs\/runtime\/src\/[\w./-]*(?:settings|config)\.ts)$/;
/** They read flags as well, and tell of both. */
const TELL_THEMSELVES: readonly string[] = ['edge-agent', 'prober'];
const SETTING = /^ {2,6}([A-Z][A-Z0-9_]+): [a-z]/;
/** Taken out of what was read, or handed on: `NAME: name,` under no comment. */
const isOnlyNamed = ({ sentence, text }: Told): boolean => sentence === undefined && /^ +\w+: \w+,/.test(text);

const literalOf = (written: string, sources: readonly string[]): string => {
  const [own = '', ...others] = sources;
  const here = new RegExp(`const ${written} = ([^;]+);`).exec(own)?.[1];
  const exported = new RegExp(`export const ${written} = ([^;]+);`);
  return here ?? others.map((source) => exported.exec(source)?.[1]).find((found) => found !== undefined) ?? written;
};

const defaultOf = ({ text }: Told, sources: readonly string[]): string => {
  const own = text.split(/\n(?! {4,})/, 1)[0] ?? '';
  const written = /\.default\(((?:[^()]|\([^()]*\))*)\)/.exec(own)?.[1];
  if (written === undefined) return '';
  const literal = literalOf(written, sources).replace(/^new URL\((.*)\)$/, '$1');
  const plain = literal.replaceAll(/(?<=\d)_(?=\d)/g, '').replaceAll(/['\s]+/g, ' ');
  return `\`${plain.trim()}\``;
};

/** Addresses of webhooks let whoever knows them write there. */
const OF_WEBHOOKS = /WEBHOOK_(?:URL|SECRET)$/;

/** Names in lists of secrets, and in the third argument of `readSettings`. */
const secretsIn = (source: string): ReadonlySet<string> => {
  const lists = source.matchAll(/(?:SECRETS = |readSettings\([^;[]*)\[([^\]]*)\]/g);
  return new Set(
    [...lists].flatMap(([, list = '']) => [...list.matchAll(/'([A-Z0-9_]+)'/g)].map(([, name = '']) => name)),
  );
};

const rowsIn = (source: string, all: readonly string[]): readonly string[] => {
  const secrets = secretsIn(source);
  const settings = toldIn(source, SETTING).filter((setting) => !isOnlyNamed(setting));
  return settings.map((setting) => {
    const { name, sentence } = setting;
    if (sentence === undefined) throw new Error(`docs/settings.md: ${name} has no sentence`);
    const unless = secrets.has(name) || OF_WEBHOOKS.test(name) ? 'secret' : defaultOf(setting, [source, ...all]);
    return `| \`${name}\` | ${sentence.replaceAll('|', '\\|')} | ${unless} |`;
  });
};

/** `docs/settings.md`: a table for each process. Throws where a setting has no sentence. */
export const renderSettings = (files: readonly SourceFile[]): string => {
  const all = files.filter(({ path }) => path.endsWith('.ts')).map(({ text }) => text);
  const byProcess = new Map<string, string[]>();
  for (const { path, text } of files) {
    const [isSource, app = 'every server process'] = SOURCE.exec(path) ?? [];
    if (isSource === undefined || TELL_THEMSELVES.includes(app)) continue;
    const rows = rowsIn(text, all);
    if (rows.length > 0) byProcess.set(app, [...(byProcess.get(app) ?? []), ...rows]);
  }
  const first = (process: string): number => (process === 'every server process' ? 0 : 1);
  const tables = [...byProcess]
    .toSorted(([a], [b]) => first(a) - first(b) || (a < b ? -1 : 1))
    .map(
      ([process, rows]) =>
        `\n## ${process}\n\n| setting | what it says | unless given |\n|---|---|---|\n${rows.join('\n')}\n`,
    );
  return HEAD + tables.join('');
};
