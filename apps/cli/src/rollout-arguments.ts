import { readPlanFile } from '#config';
import { checkPlan } from '#domain';
import {
  type DoorAsked,
  type DoorOption,
  doorOf,
  maybeBecause,
  part,
  readGiven,
  releaseOf,
  required,
} from './door-arguments.js';
import { readList, statusesOf } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const ROLLOUT_USAGE: readonly CommandUsage[] = [
  {
    name: 'rollout ls',
    takes: '[--status declared,running,halted,completed,ended,rolled_back]',
    isList: true,
    says: 'rollouts, newest first',
    example: 'rollout ls --status running',
  },
  {
    name: 'rollout show',
    takes: '<id>',
    says: 'one rollout: its plan, what its pre-flight lacks, its gate, what was done',
    example: 'rollout show ro1',
  },
  {
    name: 'rollout status',
    takes: '<id> [-w]',
    says: 'the same; -w again and again until it is over',
    example: 'rollout status ro1 -w',
  },
  {
    name: 'rollout declare',
    takes: '<id> --service S --release V+C --previous V+C [--nodes A,B] [--driving] [--plan FILE]',
    says: 'the default pipeline (1 %, 5 %, then 20 points a wave) unless a plan is given',
    example: 'rollout declare ro1 --service edge-dns --release v2.1.5+c42 --previous v2.1.4+c41',
  },
  {
    name: 'rollout risk',
    takes: '<id> --risk low|medium|high --author WHO --text WHY',
    says: 'how risky its change is, and who says so',
    example: 'rollout risk ro1 --risk low --author ada --text config',
  },
  {
    name: 'rollout override',
    takes: '<id> --items risk,impact,target,load_test --comment WHY',
    says: 'what the pre-flight lacks, by name and reason',
    example: 'rollout override ro1 --items risk --comment urgent --yes',
  },
  {
    name: 'rollout start',
    takes: '<id> [--comment WHY] [--dry-run]',
    says: 'as soon as its pre-flight is complete; --dry-run says what it would do, and what is lacking',
    example: 'rollout start ro1 --yes',
  },
  {
    name: 'rollout approve',
    takes: '<id> --stage S [--comment NOTE]',
    says: 'a stage whose plan waits for a person',
    example: 'rollout approve ro1 --stage canary --yes',
  },
  {
    name: 'rollout halt',
    takes: '<id> --comment WHY [--dry-run]',
    says: 'no further node gets the release; --dry-run says which keep it, and which would be told to stop',
    example: 'rollout halt ro1 --comment stop --yes',
  },
  {
    name: 'rollout rollback',
    takes: '<id> --comment WHY [--dry-run]',
    says: 'at once, past what is evidence only; --dry-run shows the waves and the rails that bind a person',
    example: 'rollout rollback ro1 --comment bad --dry-run',
  },
];

type Read = (args: readonly string[]) => DoorAsked;

const planOf = (path: string): unknown => {
  const { config, problems } = readPlanFile(path, checkPlan);
  if (config === undefined) throw new UsageError(problems.join('\n'));
  return config;
};

const declare: Read = (args) => {
  const what = 'rollout declare';
  const takes: readonly DoorOption[] = ['service', 'release', 'previous', 'nodes', 'driving', 'plan', 'yes'];
  const given = readGiven(what, args, ['an id for the rollout'], takes);
  const { values, named } = given;
  const [rolloutId = ''] = named;
  const body = {
    rolloutId,
    service: required(what, 'service', values.service),
    release: releaseOf(required(what, 'release', values.release)),
    previous: releaseOf(required(what, 'previous', values.previous)),
    mode: values.driving ? 'driving' : 'advisory',
    ...(values.nodes !== undefined && { nodes: values.nodes.split(',') }),
    ...(values.plan !== undefined && { plan: planOf(values.plan) }),
  };
  return doorOf(given, { method: 'post', path: '/v1/rollouts', body, shows: 'rollout', confirm: rolloutId });
};

const show =
  (what: string, takes: readonly DoorOption[]): Read =>
  (args) => {
    const given = readGiven(what, args, ['the id of a rollout'], takes);
    const path = `/v1/rollouts/${part(given.named[0] ?? '')}`;
    return doorOf(given, { method: 'get', path, shows: 'rollout' });
  };

interface Said {
  readonly path: string;
  readonly takes: readonly DoorOption[];
  readonly bodyOf: (values: ReturnType<typeof readGiven>['values'], what: string) => unknown;
}

const act =
  (what: string, { path, takes, bodyOf }: Said): Read =>
  (args) => {
    const given = readGiven(what, args, ['the id of a rollout'], [...takes, 'yes']);
    const [id = ''] = given.named;
    const body = bodyOf(given.values, what);
    const request = { method: 'post', path: `/v1/rollouts/${part(id)}/${path}`, body } as const;
    return doorOf(given, { ...request, shows: 'rollout', confirm: id });
  };

/** An act, or with `--dry-run` what it would do. */
const orPreview =
  (what: string, said: Said): Read =>
  (args) => {
    if (!args.includes('--dry-run')) return act(what, said)(args);
    const given = readGiven(what, args, ['the id of a rollout'], [...said.takes, 'dry-run', 'yes']);
    const path = `/v1/rollouts/${part(given.named[0] ?? '')}/${said.path}/preview`;
    return doorOf(given, { method: 'post', path, body: {}, shows: 'effect' });
  };

const rollback: Read = (args) => {
  const what = 'rollout rollback';
  const given = readGiven(what, args, ['the id of a rollout'], ['comment', 'dry-run', 'yes']);
  const { values, named } = given;
  const [id = ''] = named;
  const path = `/v1/rollouts/${part(id)}/rollback`;
  if (values['dry-run']) return doorOf(given, { method: 'post', path: `${path}/preview`, body: {}, shows: 'preview' });
  const body = { comment: required(what, 'comment', values.comment) };
  return doorOf(given, { method: 'post', path, body, shows: 'rollback', confirm: id });
};

const ACTIONS: Readonly<Record<string, Read>> = {
  ls: (args) =>
    readList(args, {
      what: 'rollout ls',
      path: '/v1/rollouts',
      rows: 'rollouts',
      shows: 'rollouts',
      takes: ['status'],
      queryOf: ({ status }) => statusesOf(status),
    }),
  show: show('rollout show', []),
  status: show('rollout status', ['watch']),
  declare,
  risk: act('rollout risk', {
    path: 'risk',
    takes: ['risk', 'author', 'text'],
    bodyOf: (values, what) => ({
      risk: required(what, 'risk', values.risk),
      author: required(what, 'author', values.author),
      text: required(what, 'text', values.text),
    }),
  }),
  override: act('rollout override', {
    path: 'overrides',
    takes: ['items', 'comment'],
    bodyOf: (values, what) => ({
      items: required(what, 'items', values.items).split(','),
      comment: required(what, 'comment', values.comment),
    }),
  }),
  start: orPreview('rollout start', {
    path: 'start',
    takes: ['comment'],
    bodyOf: maybeBecause,
  }),
  approve: act('rollout approve', {
    path: 'approvals',
    takes: ['stage', 'comment'],
    bodyOf: (values, what) => ({ stage: required(what, 'stage', values.stage), note: values.comment ?? '' }),
  }),
  halt: orPreview('rollout halt', {
    path: 'halt',
    takes: ['comment'],
    bodyOf: (values, what) => ({ comment: required(what, 'comment', values.comment) }),
  }),
  rollback,
};

/** Reads what follows `rollout`. */
export const readRolloutArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  const read = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (read === undefined)
    throw new UsageError(`rollout ${action}: expected rollout ${Object.keys(ACTIONS).join(', ')}`);
  return read(rest);
};
