import { type DoorAsked, doorOf, part, readGiven } from './door-arguments.js';
import { readList, statusesOf } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How nodes, commands and the rules in force are written. */
export const NODES_USAGE: readonly CommandUsage[] = [
  {
    name: 'nodes ls',
    takes: '',
    isList: true,
    says: 'the nodes of the fleet, and where they are',
    example: 'nodes ls',
  },
];
/** How commands are written. */
export const COMMANDS_USAGE: readonly CommandUsage[] = [
  {
    name: 'commands ls',
    takes: '[--status issued,signed,refused]',
    isList: true,
    says: 'what was commanded, the newest first',
    example: 'commands ls --status refused',
  },
  { name: 'commands show', takes: '<id>', says: 'one: what it changes, where, and why', example: 'commands show c1' },
];
/** How the rules in force are written. */
export const RULES_IN_FORCE_USAGE: readonly CommandUsage[] = [
  { name: 'rules show', takes: '', says: 'the rules in force, and what they miss', example: 'rules show' },
  {
    name: 'rules history',
    takes: '',
    isList: true,
    says: 'the sets of rules that were in force, newest first: who loaded which file when',
    example: 'rules history',
  },
  {
    name: 'rules reload',
    takes: '[--comment WHY]',
    says: 'asks whoever decides to read its files again',
    example: 'rules reload --comment thresholds',
  },
];

type Read = (args: readonly string[]) => DoorAsked;

const READS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  nodes: {
    ls: (args) => readList(args, { what: 'nodes ls', path: '/v1/nodes', rows: 'nodes', shows: 'nodes' }),
  },
  commands: {
    ls: (args) =>
      readList(args, {
        what: 'commands ls',
        path: '/v1/commands',
        rows: 'commands',
        shows: 'commands',
        takes: ['status'],
        queryOf: ({ status }) => statusesOf(status),
      }),
    show: (args) => {
      const given = readGiven('commands show', args, ['the id of a command'], []);
      return doorOf(given, { method: 'get', path: `/v1/commands/${part(given.named[0] ?? '')}`, shows: 'command' });
    },
  },
  rules: {
    show: (args) => doorOf(readGiven('rules show', args, [], []), { method: 'get', path: '/v1/rules', shows: 'rules' }),
    history: (args) =>
      readList(args, { what: 'rules history', path: '/v1/rules/history', rows: 'versions', shows: 'rule-sets' }),
    reload: (args) => {
      const given = readGiven('rules reload', args, [], ['comment']);
      const { comment } = given.values;
      const body = comment === undefined ? {} : { comment };
      return doorOf(given, { method: 'post', path: '/v1/rules/reload', body, shows: 'asked' });
    },
  },
};

/** Whether a command is one of these. */
export const isFleetCommand = (command: string): boolean => Object.hasOwn(READS, command);

/** Reads what follows `nodes`, `commands` or `rules`. */
export const readFleetArguments = (command: string, [action = '', ...rest]: readonly string[]): DoorAsked => {
  const actions = READS[command] ?? {};
  const read = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (read === undefined)
    throw new UsageError(`${command} ${action}: expected ${command} ${Object.keys(actions).join(', ')}`);
  return read(rest);
};
