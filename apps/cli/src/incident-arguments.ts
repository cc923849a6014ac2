import { type DoorAsked, doorOf, readGiven, part, required } from './door-arguments.js';
import { durationOf } from './given-times.js';
import { readList, statusesOf } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const INCIDENT_USAGE: readonly CommandUsage[] = [
  {
    name: 'incident ls',
    takes: '[--status open,acknowledged,resolved]',
    isList: true,
    says: 'incidents, the newest first',
    example: 'incident ls --status open,acknowledged',
  },
  {
    name: 'incident ack',
    takes: '<id> [--comment WHY]',
    says: 'somebody has it: nobody further is called',
    example: 'incident ack in1 --comment looking',
  },
  {
    name: 'incident hand-over',
    takes: '<id> --to PERSON [--comment WHY]',
    says: 'gives it to somebody, who is called',
    example: 'incident hand-over in1 --to ada',
  },
  {
    name: 'incident snooze',
    takes: '<id> --for 30m --comment WHY',
    says: 'nobody is called for it until then',
    example: 'incident snooze in1 --for 30m --comment watching',
  },
  {
    name: 'incident note',
    takes: '<id> --text TEXT',
    says: 'into its timeline',
    example: 'incident note in1 --text seen',
  },
];

type Values = ReturnType<typeof readGiven>['values'];
interface Act {
  readonly path: string;
  readonly takes: Parameters<typeof readGiven>[3];
  readonly bodyOf: (what: string, values: Values) => unknown;
}

/** What people do with an incident; none of it acts on the fleet, so nothing is asked to be confirmed. */
const ACTS: Readonly<Record<string, Act>> = {
  'hand-over': {
    path: 'hand-over',
    takes: ['to', 'comment'],
    bodyOf: (what, { to, comment }) => ({
      to: required(what, 'to', to),
      ...(comment === undefined ? {} : { note: comment }),
    }),
  },
  snooze: {
    path: 'snooze',
    takes: ['for', 'comment'],
    bodyOf: (what, { for: lasting, comment }) => ({
      durationMs: durationOf('for', required(what, 'for', lasting)),
      comment: required(what, 'comment', comment),
    }),
  },
  ack: {
    path: 'acknowledge',
    takes: ['comment'],
    bodyOf: (_what, { comment }) => (comment === undefined ? {} : { note: comment }),
  },
  note: { path: 'notes', takes: ['text'], bodyOf: (what, { text }) => ({ text: required(what, 'text', text) }) },
};

const list = (args: readonly string[]): DoorAsked =>
  readList(args, {
    what: 'incident ls',
    path: '/v1/incidents',
    rows: 'incidents',
    shows: 'incidents',
    takes: ['status'],
    queryOf: ({ status }) => statusesOf(status),
  });

/** Reads `incident ls`, `ack`, `hand-over`, `snooze` and `note`; undefined: another command of incidents. */
export const readIncidentArguments = ([action = '', ...rest]: readonly string[]): DoorAsked | undefined => {
  if (action === 'ls') return list(rest);
  if (action === 'resolve')
    throw new UsageError(
      'incident resolve: an incident ends when its alerts do, by telemetry; tocsin alert resolve <id> ends an alert of another system',
    );
  const act = Object.hasOwn(ACTS, action) ? ACTS[action] : undefined;
  if (act === undefined) return undefined;
  const what = `incident ${action}`;
  const given = readGiven(what, rest, ['an incident id'], act.takes);
  const [incidentId = ''] = given.named;
  return doorOf(given, {
    method: 'post',
    path: `/v1/incidents/${part(incidentId)}/${act.path}`,
    body: act.bodyOf(what, given.values),
    shows: 'incident',
  });
};
