import type { Command } from '#contracts';
import { COMMAND_VALUES, commandValues } from '#domain';

const PLACEHOLDER = /\{([a-z_]+)\}/g;

/** Where programs are looked for: never where the agent was started from. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Placeholders that nothing fills: most likely misspelt. */
export const unknownPlaceholders = (program: readonly string[]): string[] =>
  program
    .flatMap((argument) => [...argument.matchAll(PLACEHOLDER)].map(([, name = '']) => name))
    .filter((name) => !COMMAND_VALUES.some((known) => known === name));

/**
 * A program's arguments for a command. A value stays inside its argument, whatever it holds: there is no shell to read it, and
 * it is one plain name (`nameSchema`, and the decision's own check for ids), so that it cannot become an option either.
 */
export const fillProgram = (program: readonly string[], command: Command): readonly string[] => {
  const values: Readonly<Record<string, string>> = commandValues(command);
  return program.map((argument) => argument.replace(PLACEHOLDER, (text, name: string) => values[name] ?? text));
};

/**
 * The whole environment of a command's program: `{software_version}` is also TOCSIN_SOFTWARE_VERSION. The agent's own is not
 * passed on: it holds the keys of the node. LANG: Ansible does not start without UTF-8.
 */
export const environmentOf = (command: Command, added: Readonly<Record<string, string>>): Record<string, string> => {
  const values = Object.entries(commandValues(command)).map(([name, value]): [string, string] => {
    return [`TOCSIN_${name.toUpperCase()}`, value];
  });
  return { PATH, LANG: 'C.UTF-8', ...added, ...Object.fromEntries(values) };
};
