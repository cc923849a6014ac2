import { type DoorAsked, type DoorOption, doorOf, part, readGiven, releaseOf, required } from './door-arguments.js';
import { durationOf, timeOf } from './given-times.js';
import { type Listed, readList, statusesOf } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const AUTHORITY_USAGE: readonly CommandUsage[] = [
  { name: 'automation', takes: '', says: 'what Tocsin may do by itself', example: 'automation' },
  {
    name: 'automation on',
    takes: '--comment WHY',
    says: 'Tocsin may act again',
    example: 'automation on --comment repaired --yes',
  },
  {
    name: 'automation off',
    takes: '--comment WHY',
    says: 'Tocsin commands nothing by itself, anywhere',
    example: 'automation off --comment exercise --yes',
  },
  {
    name: 'automation mode',
    takes: '<service> <observe|recommend|approve|auto> --comment WHY',
    says: 'how far Tocsin goes with a service',
    example: 'automation mode edge-dns approve --comment review --yes',
  },
  {
    name: 'automation reset',
    takes: '<service> --comment WHY',
    says: 'closes the rate rail again',
    example: 'automation reset edge-dns --comment seen --yes',
  },
  {
    name: 'release ls',
    takes: '',
    isList: true,
    says: 'what is known of releases, those in quarantine first',
    example: 'release ls',
  },
  {
    name: 'release attest',
    takes: '<service> <V+C> --since TIME --count NODES [--unsafe]',
    says: 'says that it was good on so many nodes since then',
    example: 'release attest edge-dns v2.1.4+c41 --since 2021-07-01T00:00Z --count 400 --yes',
  },
  {
    name: 'release rehearse',
    takes: '<service> <V+C> --text HOW [--failed]',
    says: 'tells of a rollback to it that was tried',
    example: 'release rehearse edge-dns v2.1.4+c41 --text lab --yes',
  },
  {
    name: 'release lift',
    takes: '<service> <V+C> --comment WHY [--dry-run]',
    says: 'lets a release out of quarantine; --dry-run says why it is there, and what it was attested',
    example: 'release lift edge-dns v2.1.5+c42 --comment fixed --yes',
  },
  {
    name: 'override ls',
    takes: '[--status open,granted,refused,expired]',
    isList: true,
    says: 'what was asked for with the checklist, and who voted',
    example: 'override ls --status open',
  },
  {
    name: 'override request',
    takes: '<rollback> --rails A,B --eta 3h --comment WHY',
    says: 'asks three people to open rails that refuse a rollback',
    example: 'override request rb1 --rails target --eta 3h --comment why --yes',
  },
  {
    name: 'override vote',
    takes: '<id> [--no] [--role ROLE] --comment WHY',
    says: 'under the role of your key, or one of those of your token',
    example: 'override vote ov1 --comment agreed --yes',
  },
  {
    name: 'rollback ls',
    takes: '[--status requested,proposed,refused,running,stopped,completed] [--incident ID]',
    isList: true,
    says: 'rollbacks, newest first: from what to what, how far, and what refused one',
    example: 'rollback ls --status running',
  },
  {
    name: 'rollback show',
    takes: '<id>',
    says: 'one rollback with its waves and what refused it',
    example: 'rollback show rb1',
  },
  {
    name: 'rollback approve',
    takes: '<id> --comment WHY',
    says: 'says yes to a rollback that was proposed',
    example: 'rollback approve rb1 --comment yes --yes',
  },
  {
    name: 'redirect ls',
    takes: '[--status S] [--incident ID]',
    isList: true,
    says: 'traffic that was moved, newest first; S: decided, draining, drained, verified, resuming, stopped, ended or refused',
    example: 'redirect ls --status verified',
  },
  {
    name: 'redirect show',
    takes: '<id>',
    says: 'one redirect: which nodes, to whom, and what refused it',
    example: 'redirect show rd1',
  },
  {
    name: 'redirect end',
    takes: '<id> --comment WHY [--dry-run]',
    says: 'one that stopped, whose nodes will not come back; --dry-run says which those are',
    example: 'redirect end rd1 --comment gone --yes',
  },
  { name: 'breaker', takes: '', isList: true, says: 'circuit breakers of updates', example: 'breaker' },
  { name: 'fallback', takes: '', isList: true, says: 'customers with another DNS provider', example: 'fallback' },
];

type Read = (args: readonly string[]) => DoorAsked;
type Values = ReturnType<typeof readGiven>['values'];

const list =
  (listed: Listed): Read =>
  (args) =>
    readList(args, listed);

const show =
  (what: string, path: string, shows: DoorAsked['request']['shows']): Read =>
  (args) => {
    const given = readGiven(what, args, ['an id'], []);
    return doorOf(given, { method: 'get', path: `${path}/${part(given.named[0] ?? '')}`, shows });
  };

/** Lists of what belongs to an incident. */
const ofIncident = (what: string, rows: 'rollbacks' | 'redirects'): Read =>
  list({
    what,
    path: `/v1/${rows}`,
    rows,
    shows: rows,
    takes: ['status', 'incident'],
    queryOf: ({ status, incident }) => ({ ...statusesOf(status), incidentId: incident }),
  });

interface Said {
  readonly what: string;
  readonly names: readonly string[];
  readonly takes: readonly DoorOption[];
  readonly shows: DoorAsked['request']['shows'];
  readonly pathOf: (named: readonly string[]) => string;
  readonly bodyOf: (named: readonly string[], values: Values) => unknown;
}

/** What acts is confirmed by the last thing that it names; what names nothing, by its own word. */
const say =
  ({ what, names, takes, shows, pathOf, bodyOf }: Said): Read =>
  (args) => {
    const given = readGiven(what, args, names, [...takes, 'yes']);
    const { named, values } = given;
    const confirm = named.at(-1) ?? what.split(' ').at(-1) ?? what;
    return doorOf(given, { method: 'post', path: pathOf(named), body: bodyOf(named, values), shows, confirm });
  };

const because = (what: string, { comment }: Values): { readonly comment: string } => ({
  comment: required(what, 'comment', comment),
});

const turn = (isOn: boolean): Read => {
  const what = `automation ${isOn ? 'on' : 'off'}`;
  return say({
    what,
    names: [],
    takes: ['comment'],
    shows: 'automation',
    pathOf: () => '/v1/automation/switch',
    bodyOf: (_named, values) => ({ isOn, ...because(what, values) }),
  });
};

const automation: Readonly<Record<string, Read>> = {
  ls: (args) =>
    doorOf(readGiven('automation', args, [], []), { method: 'get', path: '/v1/automation', shows: 'automation' }),
  on: turn(true),
  off: turn(false),
  mode: say({
    what: 'automation mode',
    names: ['a service', 'a mode: observe, recommend, approve or auto'],
    takes: ['comment'],
    shows: 'automation',
    pathOf: () => '/v1/automation/modes',
    bodyOf: ([service, mode], values) => ({ service, mode, ...because('automation mode', values) }),
  }),
  reset: say({
    what: 'automation reset',
    names: ['a service'],
    takes: ['comment'],
    shows: 'automation',
    pathOf: () => '/v1/automation/rate-resets',
    bodyOf: ([service], values) => ({ service, ...because('automation reset', values) }),
  }),
};

const OF_RELEASE = ['a service', 'a release such as v2.1.5+c42'] as const;
const ofRelease = ([service, release = '']: readonly string[]) => ({ service, release: releaseOf(release) });

const countOf = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`--count ${text}: expected how many nodes`);
  return Number(text);
};

const previewLifting: Read = (args) => {
  const given = readGiven('release lift', args, OF_RELEASE, ['comment', 'dry-run', 'yes']);
  const path = '/v1/releases/quarantine/lift/preview';
  return doorOf(given, { method: 'post', path, body: ofRelease(given.named), shows: 'effect' });
};

const lift = say({
  what: 'release lift',
  names: OF_RELEASE,
  takes: ['comment'],
  shows: 'releases',
  pathOf: () => '/v1/releases/quarantine/lift',
  bodyOf: (named, values) => ({ ...ofRelease(named), ...because('release lift', values) }),
});

const release: Readonly<Record<string, Read>> = {
  ls: list({ what: 'release ls', path: '/v1/releases', rows: 'releases', shows: 'releases' }),
  attest: say({
    what: 'release attest',
    names: OF_RELEASE,
    takes: ['since', 'count', 'unsafe'],
    shows: 'releases',
    pathOf: () => '/v1/releases/attestations',
    bodyOf: (named, values) => ({
      ...ofRelease(named),
      goodSinceMs: timeOf('since', required('release attest', 'since', values.since)),
      nodes: countOf(required('release attest', 'count', values.count)),
      isRollbackSafe: !values.unsafe,
    }),
  }),
  rehearse: say({
    what: 'release rehearse',
    names: OF_RELEASE,
    takes: ['text', 'failed'],
    shows: 'releases',
    pathOf: () => '/v1/releases/rehearsals',
    bodyOf: (named, values) => ({
      ...ofRelease(named),
      passed: !values.failed,
      detail: required('release rehearse', 'text', values.text),
    }),
  }),
  lift: (args) => (args.includes('--dry-run') ? previewLifting : lift)(args),
};

const override: Readonly<Record<string, Read>> = {
  ls: list({
    what: 'override ls',
    path: '/v1/overrides',
    rows: 'overrides',
    shows: 'overrides',
    takes: ['status'],
    queryOf: ({ status }) => statusesOf(status),
  }),
  request: say({
    what: 'override request',
    names: ['the id of a rollback'],
    takes: ['rails', 'eta', 'comment'],
    shows: 'overrides',
    pathOf: () => '/v1/overrides',
    bodyOf: ([rollbackId], values) => ({
      rollbackId,
      rails: required('override request', 'rails', values.rails).split(','),
      resolutionEtaMs: durationOf('eta', required('override request', 'eta', values.eta)),
      ...because('override request', values),
    }),
  }),
  vote: say({
    what: 'override vote',
    names: ['the id of an override'],
    takes: ['no', 'role', 'comment'],
    shows: 'overrides',
    pathOf: ([id = '']) => `/v1/overrides/${part(id)}/votes`,
    bodyOf: (_named, values) => ({
      isApproved: !values.no,
      ...(values.role === undefined ? {} : { role: values.role }),
      ...because('override vote', values),
    }),
  }),
};

const one = (what: string, shows: Said['shows'], pathOf: (id: string) => string): Read =>
  say({
    what,
    names: ['an id'],
    takes: ['comment'],
    shows,
    pathOf: ([id = '']) => pathOf(part(id)),
    bodyOf: (_named, values) => because(what, values),
  });

const previewEnd: Read = (args) => {
  const given = readGiven('redirect end', args, ['an id'], ['comment', 'dry-run', 'yes']);
  const path = `/v1/redirects/${part(given.named[0] ?? '')}/end/preview`;
  return doorOf(given, { method: 'post', path, body: {}, shows: 'effect' });
};

/** Command → its actions; what is listed without an action stands under `ls`. */
export const AUTHORITY_COMMANDS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  automation,
  release,
  override,
  rollback: {
    ls: ofIncident('rollback ls', 'rollbacks'),
    show: show('rollback show', '/v1/rollbacks', 'rollback'),
    approve: one('rollback approve', 'rollback', (id) => `/v1/rollbacks/${id}/approve`),
  },
  redirect: {
    ls: ofIncident('redirect ls', 'redirects'),
    show: show('redirect show', '/v1/redirects', 'redirect'),
    end: (args) =>
      args.includes('--dry-run')
        ? previewEnd(args)
        : one('redirect end', 'redirect', (id) => `/v1/redirects/${id}/end`)(args),
  },
  breaker: { ls: list({ what: 'breaker', path: '/v1/breakers', rows: 'breakers', shows: 'breakers' }) },
  fallback: { ls: list({ what: 'fallback', path: '/v1/fallbacks', rows: 'fallbacks', shows: 'fallbacks' }) },
};

/** Reads what follows one of these commands. */
export const readAuthorityArguments = (command: string, args: readonly string[]): DoorAsked => {
  const actions = AUTHORITY_COMMANDS[command] ?? {};
  const [first] = args;
  const isNamed = first !== undefined && !first.startsWith('-');
  const action = isNamed ? first : 'ls';
  const read = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (read === undefined)
    throw new UsageError(`${command} ${first ?? ''}: expected ${command} ${Object.keys(actions).join(', ')}`);
  return read(isNamed ? args.slice(1) : args);
};
