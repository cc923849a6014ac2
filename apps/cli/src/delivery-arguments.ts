import { type DoorAsked, doorOf, type DoorValues, maybeBecause, part, readGiven, required } from './door-arguments.js';
import { type Listed, readList, statusesOf } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const DELIVERY_USAGE: readonly CommandUsage[] = [
  {
    name: 'deliveries ls',
    takes: '[--status S] [--channel C] [--incident ID] [--dedup-key KEY]',
    isList: true,
    says: 'what went out: due, delivered, gave_up or superseded',
    example: 'deliveries ls --status gave_up',
  },
  {
    name: 'pages',
    takes: '[--status S] [--channel C] [--incident ID] [--dedup-key KEY]',
    isList: true,
    says: 'what called people, newest first: pages, calls of further levels, and their ends',
    example: 'pages --incident in1',
  },
  { name: 'deliveries show', takes: '<id>', says: 'one, with each attempt', example: 'deliveries show dl1' },
  {
    name: 'deliveries retry',
    takes: '<id> [--comment WHY]',
    says: 'sends one again that was given up',
    example: 'deliveries retry dl1 --yes',
  },
  {
    name: 'channels ls',
    takes: '',
    says: 'what sends, how its receivers are, what waits for them',
    example: 'channels ls',
  },
  {
    name: 'channels test',
    takes: '<name> [--comment WHY]',
    says: 'sends a page that says that it is a test, and its end',
    example: 'channels test pagerduty --yes',
  },
  {
    name: 'channels enable',
    takes: '<name> --comment WHY',
    says: 'sends again through one whose receiver wanted nothing more',
    example: 'channels enable webhook --comment mended --yes',
  },
];

type Read = (args: readonly string[]) => DoorAsked;

const DELIVERIES = {
  takes: ['status', 'channel', 'incident', 'dedup-key'],
  queryOf: ({ status, channel, incident, 'dedup-key': dedupKey }) => ({
    ...statusesOf(status),
    channel,
    incidentId: incident,
    dedupKey,
  }),
} as const satisfies Partial<Listed>;

const listed: Read = (args) =>
  readList(args, {
    ...DELIVERIES,
    what: 'deliveries ls',
    path: '/v1/deliveries',
    rows: 'deliveries',
    shows: 'deliveries',
  });

const pages: Read = (args) =>
  readList(args, { ...DELIVERIES, what: 'pages', path: '/v1/pages', rows: 'pages', shows: 'pages' });

interface Acts {
  readonly name: string;
  readonly shows: DoorAsked['request']['shows'];
  readonly pathOf: (named: string) => string;
  /** What is sent; why, where somebody says so. */
  readonly bodyOf?: (values: DoorValues) => unknown;
}

const acts =
  (what: string, { name, shows, pathOf, bodyOf = maybeBecause }: Acts): Read =>
  (args) => {
    const given = readGiven(what, args, [name], ['comment', 'yes']);
    const [named = ''] = given.named;
    const body = bodyOf(given.values);
    return doorOf(given, { method: 'post', path: pathOf(part(named)), body, shows, confirm: named });
  };

const COMMANDS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  deliveries: {
    ls: listed,
    show: (args) => {
      const given = readGiven('deliveries show', args, ['the id of a delivery'], []);
      return doorOf(given, { method: 'get', path: `/v1/deliveries/${part(given.named[0] ?? '')}`, shows: 'delivery' });
    },
    retry: acts('deliveries retry', {
      name: 'the id of a delivery',
      shows: 'delivery',
      pathOf: (id) => `/v1/deliveries/${id}/retry`,
    }),
  },
  channels: {
    ls: (args) =>
      doorOf(readGiven('channels ls', args, [], []), { method: 'get', path: '/v1/channels', shows: 'channels' }),
    test: acts('channels test', {
      name: 'the name of a channel',
      shows: 'tested',
      pathOf: (name) => `/v1/channels/${name}/test`,
    }),
    enable: acts('channels enable', {
      name: 'the name of a channel',
      shows: 'channel',
      pathOf: (name) => `/v1/channels/${name}/enable`,
      bodyOf: ({ comment }) => ({ comment: required('channels enable', 'comment', comment) }),
    }),
  },
};

/** Reads what follows `pages`. */
export const readPagesArguments = ([action, ...rest]: readonly string[]): DoorAsked =>
  action === undefined ? pages([]) : pages(action === 'ls' ? rest : [action, ...rest]);

/** Whether a command is one of these. */
export const isDeliveryCommand = (command: string): boolean => Object.hasOwn(COMMANDS, command);

/** Reads what follows `deliveries` or `channels`. */
export const readDeliveryArguments = (command: string, [action = '', ...rest]: readonly string[]): DoorAsked => {
  const actions = COMMANDS[command] ?? {};
  const read = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (read === undefined)
    throw new UsageError(`${command} ${action}: expected ${command} ${Object.keys(actions).join(', ')}`);
  return read(rest);
};
