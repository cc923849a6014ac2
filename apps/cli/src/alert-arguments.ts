import { type DoorAsked, doorOf, maybeBecause, part, readGiven } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const ALERT_USAGE: readonly CommandUsage[] = [
  { name: 'alert ls', takes: '', isList: true, says: 'alerts that are open, with their ids', example: 'alert ls' },
  {
    name: 'alert resolve',
    takes: '<id> [--comment WHY]',
    says: 'says of an alert of another system that it is over',
    example: 'alert resolve al1 --yes',
  },
];

/** What is over, and what is not yet sure, is no open alert. */
const OPEN = '/v1/alerts?state=firing&state=unknown&state=recovering';

/** Reads `alert ls` and `alert resolve`. */
export const readAlertArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  const what = `alert ${action}`;
  if (action === 'ls') return readList(rest, { what, path: OPEN, rows: 'alerts', shows: 'alerts' });
  if (action !== 'resolve') throw new UsageError(`${what}: expected alert ls, or alert resolve <id>`);
  const given = readGiven(what, rest, ['an alert id'], ['comment', 'yes']);
  const [alertId = ''] = given.named;
  const path = `/v1/alerts/${part(alertId)}/resolve`;
  return doorOf(given, { method: 'post', path, body: maybeBecause(given.values), shows: 'alert', confirm: alertId });
};
