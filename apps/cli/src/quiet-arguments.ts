import { newSilenceSchema, type NewSilence, SELECTOR_LABELS, selectorSchema } from '#contracts';
import { commentQuery } from './api-client.js';
import { type DoorAsked, doorOf, type DoorValues, type DoorView, part, readGiven, required } from './door-arguments.js';
import { durationOf, timeOf } from './given-times.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

const TAKES = '--where LABEL=PATTERN --for 2h30m --comment TEXT [--from TIME]';

/** How silences and maintenance are written. */
export const QUIET_USAGE: readonly CommandUsage[] = [
  {
    name: 'silence add',
    takes: TAKES,
    says: 'alerts that fit page nobody meanwhile; --where again for a further label',
    example: 'silence add --where region=us-* --for 2h30m --comment peering',
  },
  {
    name: 'silence preview',
    takes: TAKES,
    says: 'which open alerts such a silence would mute now; nothing is done',
    example: 'silence preview --where region=us-* --for 2h30m --comment peering',
  },
  {
    name: 'silence ls',
    takes: '',
    isList: true,
    says: 'silences, those that stand first; which muted nothing',
    example: 'silence ls',
  },
  {
    name: 'silence expire',
    takes: '<id> [--comment WHY]',
    says: 'end a silence early',
    example: 'silence expire s-1',
  },
  {
    name: 'maintenance ls',
    takes: '',
    isList: true,
    says: 'maintenance windows of the rules: when they are open next, and what they muted',
    example: 'maintenance ls',
  },
];

const PATH = '/v1/silences';

const selectorOf = (conditions: readonly string[]): NewSilence['where'] => {
  const where: Record<string, string[]> = {};
  for (const condition of conditions) {
    const [label = '', patterns = ''] = condition.split(/=(.*)/s);
    if (patterns === '') throw new UsageError(`--where ${condition}: expected label=pattern`);
    where[label] = [...(where[label] ?? []), ...patterns.split(',')];
  }
  const selector = selectorSchema.safeParse(where);
  if (!selector.success)
    throw new UsageError(`--where: expected labels of ${SELECTOR_LABELS.join(', ')}, each with patterns such as us-*`);
  return selector.data;
};

const silenceOf = (what: string, { where, for: lasting, from, comment }: DoorValues): NewSilence => {
  if (where === undefined) throw new UsageError(`${what}: expected --where label=pattern, once or more`);
  const wanted = {
    where: selectorOf(where),
    durationMs: durationOf('for', required(what, 'for', lasting)),
    comment: required(what, 'comment', comment),
    ...(from === undefined ? {} : { startsAtMs: timeOf('from', from) }),
  };
  const silence = newSilenceSchema.safeParse(wanted);
  if (!silence.success) throw new UsageError(`${what}: ${silence.error.issues[0]?.message ?? 'not understood'}`);
  return silence.data;
};

const sent = (what: string, path: string, shows: DoorView, args: readonly string[]): DoorAsked => {
  const given = readGiven(what, args, [], ['where', 'for', 'from', 'comment']);
  return doorOf(given, { method: 'post', path, body: silenceOf(what, given.values), shows });
};

const expire = (args: readonly string[]): DoorAsked => {
  const given = readGiven('silence expire', args, ['the id of a silence'], ['comment']);
  const path = `${PATH}/${part(given.named[0] ?? '')}${commentQuery(given.values.comment)}`;
  return doorOf(given, { method: 'delete', path, shows: 'silences' });
};

/** Reads what follows `silence`. */
export const readSilenceArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  switch (action) {
    case 'add':
      return sent('silence add', PATH, 'silences', rest);
    case 'preview':
      return sent('silence preview', `${PATH}/preview`, 'silence-preview', rest);
    case 'ls':
      return readList(rest, { what: 'silence ls', path: PATH, rows: 'silences', shows: 'silences' });
    case 'expire':
      return expire(rest);
    default:
      throw new UsageError(`silence ${action}: expected silence add, preview, ls, or expire <id>`);
  }
};

/** Reads what follows `maintenance`. */
export const readMaintenanceArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  if (action !== 'ls') throw new UsageError(`maintenance ${action}: expected maintenance ls`);
  const what = 'maintenance ls';
  return readList(rest, { what, path: '/v1/maintenance', rows: 'occurrences', shows: 'maintenance' });
};
