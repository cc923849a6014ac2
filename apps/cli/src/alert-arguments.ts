import { type DoorAsked, doorOf, part, readGiven } from './door-arguments.js';
import { UsageError } from './usage-error.js';

/** The lines of `--help`. */
export const ALERT_USAGE = `  alert list                alerts that are open, with their ids
  alert resolve <id>        says of an alert of another system that it is over`;

/** Of open alerts; those of other systems alone may be a thousand, and a terminal shows the newest. */
const OPEN = '/v1/alerts?state=firing&state=unknown&state=recovering&limit=1000';

/** Reads `alert list` and `alert resolve`. */
export const readAlertArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  const what = `alert ${action}`;
  if (action === 'list') return doorOf(readGiven(what, rest, [], []), { method: 'get', path: OPEN, shows: 'alerts' });
  if (action !== 'resolve') throw new UsageError(`${what}: expected alert list, or alert resolve <id>`);
  const given = readGiven(what, rest, ['an alert id'], ['yes']);
  const [alertId = ''] = given.named;
  const path = `/v1/alerts/${part(alertId)}/resolve`;
  return doorOf(given, { method: 'post', path, body: {}, shows: 'alert', confirm: alertId });
};
