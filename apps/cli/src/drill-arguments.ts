import { type DoorAsked, doorOf, maybeBecause, readGiven } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const DRILL_USAGE: readonly CommandUsage[] = [
  {
    name: 'drill now',
    takes: '[--channel C] [--comment WHY]',
    says: 'has a page called DRILL go the whole way, through one channel or all that page',
    example: 'drill now --channel pagerduty --yes',
  },
  {
    name: 'drill ls',
    takes: '',
    isList: true,
    says: 'fire drills, newest first, and which hop one missed',
    example: 'drill ls',
  },
];

/** Reads what follows `drill`. */
export const readDrillArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  if (action === 'ls') return readList(rest, { what: 'drill ls', path: '/v1/drills', rows: 'drills', shows: 'drills' });
  if (action !== 'now') throw new UsageError(`drill ${action}: expected drill now or drill ls`);
  const given = readGiven('drill now', rest, [], ['channel', 'comment', 'yes']);
  const { channel } = given.values;
  const body = { ...(channel === undefined ? {} : { channel }), ...maybeBecause(given.values) };
  return doorOf(given, { method: 'post', path: '/v1/drills', body, shows: 'drills', confirm: 'drill' });
};
