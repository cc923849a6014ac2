import { z } from 'zod';
import { answerOf, rolloutShape } from '#contracts';
import { readAnswer } from './answers.js';
import { formatCount, formatDollars, formatTime } from './figures.js';
import { formatTable } from './table.js';

const seen = rolloutShape.pick({
  rolloutId: true,
  service: true,
  release: true,
  previous: true,
  status: true,
  mode: true,
  origin: true,
  plan: true,
  stage: true,
  stages: true,
  declaredBy: true,
  because: true,
  changedAt: true,
  preflight: true,
  gateDecided: true,
  steps: true,
});
/** A rollout, as far as it is shown. */
export type Rollout = z.infer<typeof seen>;

const listed = z.object({ rollouts: z.array(seen) });
const one = answerOf('rollout', seen);

const nameOf = ({ softwareVersion, configRev }: Rollout['release']): string => `${softwareVersion}+${configRev}`;

/** Whether nothing more will become of it. */
export const isOver = ({ status }: Rollout): boolean => ['halted', 'ended', 'rolled_back'].includes(status);

/** The rollout of an answer. */
export const rolloutOf = (answer: unknown): Rollout => readAnswer(one, answer).rollout;

/** Rollouts, for people. */
export const formatRollouts = (answer: unknown): readonly string[] => {
  const rows = readAnswer(listed, answer).rollouts.map((each) => [
    each.rolloutId,
    each.status,
    each.stage ?? '-',
    each.gateDecided?.verdict ?? '-',
    each.service,
    nameOf(each.release),
    nameOf(each.previous),
    formatTime(each.changedAt),
    each.because ?? '',
  ]);
  if (rows.length === 0) return ['there is no rollout'];
  const names = ['rollout', 'status', 'stage', 'gate', 'service', 'release', 'previous', 'changed (UTC)', 'because'];
  return formatTable(names, rows);
};

const stageRows = ({ plan, stages, preflight }: Rollout): readonly (readonly string[])[] => {
  const reached = new Map(stages.map((each) => [each.stage, each]));
  const impact = new Map((preflight.impact?.stages ?? []).map((each) => [each.stage, each]));
  const names = plan === null ? stages.map(({ stage }) => stage) : plan.stages.map(({ name }) => name);
  const shares = new Map(plan?.stages.map(({ name, sharePercent }) => [name, `${sharePercent} %`]));
  return names.map((name) => {
    const at = reached.get(name);
    const cost = impact.get(name);
    return [
      name,
      shares.get(name) ?? '-',
      at === undefined ? '-' : formatCount(at.nodes.length),
      formatTime(at?.reachedAt),
      cost === undefined ? '-' : formatCount(cost.customers),
      cost === undefined ? '-' : `${formatDollars(cost.dollarsPerMinute)}/min`,
    ];
  });
};

const describeStep = ({ what, stage, by, because, comment, at }: Rollout['steps'][number]): string =>
  [`  ${formatTime(at)} ${what.replaceAll('_', ' ')}`, stage, by, because ?? comment]
    .filter((each) => each !== undefined && each !== '')
    .join(', ');

/** One rollout, for people. */
export const formatRollout = (answer: unknown): readonly string[] => {
  const rollout = rolloutOf(answer);
  const { rolloutId, service, status, mode, origin, declaredBy, because, preflight, gateDecided, steps } = rollout;
  const who = declaredBy === null ? origin : `declared by ${declaredBy}`;
  return [
    `${rolloutId}: ${service} ${nameOf(rollout.previous)} to ${nameOf(rollout.release)}, ${mode}, ${who}`,
    `${status}${because === null ? '' : `: ${because}`}`,
    ...(preflight.missing ?? []).map(({ item, detail }) => `  lacks ${item}: ${detail}`),
    ...(gateDecided === null ? [] : [`gate of ${gateDecided.stage}: ${gateDecided.verdict}: ${gateDecided.because}`]),
    '',
    ...formatTable(
      ['stage', 'share', 'nodes', 'reached (UTC)', 'customers at risk', 'money at risk'],
      stageRows(rollout),
    ),
    ...(steps.length === 0 ? [] : ['', ...steps.map(describeStep)]),
  ];
};
