import {
  answerOf,
  approvalShape,
  automationShape,
  breakerShape,
  fallbackShape,
  haltPreviewShape,
  knownReleaseShape,
  liftingPreviewShape,
  overrideShape,
  redirectEndPreviewShape,
  rollbackPreviewShape,
  startPreviewShape,
} from '#contracts';
import { z } from 'zod';
import { readAnswer, readOneOrMany } from './answers.js';
import { formatCount, formatDollars, formatDuration, formatTime } from './figures.js';
import { formatTable } from './table.js';

/** Releases, for people. */
export const formatReleases = (answer: unknown): readonly string[] => {
  const rows = readOneOrMany('release', 'releases', knownReleaseShape, answer).map(
    ({ service, name, attestation, rehearsal, quarantine }) => [
      service,
      name,
      attestation === null ? 'no' : `since ${formatTime(attestation.goodSinceMs)} on ${attestation.nodes}`,
      attestation === null ? '' : attestation.isRollbackSafe ? 'yes' : 'no',
      rehearsal === null ? 'no' : rehearsal.passed ? 'passed' : 'failed',
      quarantine?.because ?? '',
    ],
  );
  return rows.length === 0
    ? ['nothing is known of any release']
    : formatTable(['service', 'release', 'attested', 'safe to go back', 'rehearsed', 'quarantine'], rows);
};

/** What Tocsin may do by itself, for people. */
export const formatAutomation = (answer: unknown): readonly string[] => {
  const { isOn, lastSwitch, rateRail, services } = readAnswer(
    answerOf('automation', automationShape),
    answer,
  ).automation;
  const why = lastSwitch === null ? 'nobody ever switched it' : `${lastSwitch.by}: ${lastSwitch.comment}`;
  const rows = services.map(({ service, mode, rateReset }) => [
    service,
    mode?.mode ?? 'auto',
    mode?.by ?? '',
    rateReset === null ? '-' : formatTime(rateReset.at),
  ]);
  return [
    `automation is ${isOn ? 'on' : 'off'} (${why})`,
    ...(rateRail === null ? [] : [`the rate rail opened ${formatTime(rateRail.at)}: ${rateRail.because}`]),
    ...(rows.length === 0
      ? ['every service is in mode auto']
      : formatTable(['service', 'mode', 'by', 'rate reset'], rows)),
  ];
};

/** Overrides of rails, for people. */
export const formatOverrides = (answer: unknown): readonly string[] => {
  const rows = readOneOrMany('override', 'overrides', overrideShape, answer).map((each) => [
    each.overrideId,
    each.rollbackId,
    each.status,
    each.rails.join(', '),
    each.votes.map(({ role, isApproved }) => `${role}: ${isApproved ? 'yes' : 'no'}`).join(', ') || 'none',
    formatCount(each.checklist.affectedCustomers),
    `${formatDollars(each.checklist.dollarsPerHour)}/h`,
    formatDuration(each.checklist.resolutionEtaMs),
    formatTime(each.expiresAt),
    each.requestedBy,
  ]);
  const names = ['override', 'rollback', 'status', 'rails', 'votes', 'customers', 'money', 'eta', 'until (UTC)', 'by'];
  return rows.length === 0 ? ['nobody asked for an override'] : formatTable(names, rows);
};

/** Circuit breakers of updates, for people. */
export const formatBreakers = (answer: unknown): readonly string[] => {
  const { breakers } = readAnswer(z.object({ breakers: z.array(breakerShape) }), answer);
  const rows = breakers.map(({ service, status, healthy, unhealthy, running, because }) => [
    service,
    status,
    formatCount(running.length),
    formatCount(healthy),
    formatCount(unhealthy),
    because ?? '',
  ]);
  return rows.length === 0
    ? ['no update was ever told of']
    : formatTable(['service', 'breaker', 'running', 'healthy', 'unhealthy', 'because'], rows);
};

/** Customers with another DNS provider, for people. */
export const formatFallbacks = (answer: unknown): readonly string[] => {
  const { fallbacks } = readAnswer(z.object({ fallbacks: z.array(fallbackShape) }), answer);
  const rows = fallbacks.map(({ fallbackId, customerId, provider, status, isDryRun, because }) => [
    fallbackId,
    customerId,
    provider,
    isDryRun ? `${status}, dry run` : status,
    because,
  ]);
  return rows.length === 0
    ? ['no customer was given another provider']
    : formatTable(['fallback', 'customer', 'provider', 'status', 'because'], rows);
};

/** What a rollback would do, for people. */
export const formatPreview = (answer: unknown): readonly string[] => {
  const shape = answerOf('preview', rollbackPreviewShape.omit({ rollback: true }));
  const { rollbackId, from, to, waves, first, binding, warnings } = readAnswer(shape, answer).preview;
  const nameOf = ({ softwareVersion, configRev }: typeof from): string => `${softwareVersion}+${configRev}`;
  const total = waves.reduce((sum, wave) => sum + wave, 0);
  const rows = [...binding, ...warnings].map(({ rail, holds, detail }) => [rail, holds ? 'holds' : 'refuses', detail]);
  return [
    `${rollbackId}: ${nameOf(from)} to ${nameOf(to)} on ${formatCount(total)} nodes, in waves of ${waves.join(', ') || 'none'}`,
    `first: ${first.join(', ') || 'nobody'}`,
    ...formatTable(['rail', 'now', 'because'], rows),
  ];
};

/** What waits for people, and the command that says yes. */
export const formatApprovals = (answer: unknown): readonly string[] => {
  const { approvals } = readAnswer(z.object({ approvals: z.array(approvalShape) }), answer);
  const sayYes = ({ kind, id, stage }: z.infer<typeof approvalShape>): string =>
    kind === 'stage'
      ? `rollout approve ${id} --stage ${stage ?? ''}`
      : kind === 'rollback'
        ? `rollback approve ${id} --comment WHY`
        : `override vote ${id} --comment WHY`;
  return approvals.length === 0
    ? ['nothing waits for anybody']
    : approvals.flatMap((each) => [
        `${each.kind} ${each.id}${each.stage === null ? '' : `, stage ${each.stage}`}: ${each.because}`,
        `  since ${formatTime(each.since)} UTC${each.expiresAt === null ? '' : `, until ${formatTime(each.expiresAt)} UTC`}; of ${each.roles.join(', ')}`,
        `  tocsin ${sayYes(each)}`,
      ]);
};

/** What an act would do, as the previews of the acts tell it: a sentence, and what it is about. */
const effect = z.object({
  preview: z.object({
    effect: startPreviewShape.shape.effect,
    isNew: startPreviewShape.shape.isNew.optional(),
    missing: startPreviewShape.shape.missing.optional(),
    nodes: startPreviewShape.shape.nodes.optional(),
    keeps: haltPreviewShape.shape.keeps.optional(),
    stops: haltPreviewShape.shape.stops.optional(),
    away: redirectEndPreviewShape.shape.away.optional(),
    quarantine: liftingPreviewShape.shape.quarantine.optional(),
  }),
});

const named = (what: string, nodes: readonly string[] = []): readonly string[] =>
  nodes.length === 0 ? [] : [`  ${what}: ${nodes.join(', ')}`];

/** What an act would do, for people. */
export const formatEffect = (answer: unknown): readonly string[] => {
  const { preview } = readAnswer(effect, answer);
  return [
    preview.effect,
    ...(preview.isNew === false ? ['  it was asked for already: nothing would change'] : []),
    ...(preview.missing ?? []).map(({ item, detail }) => `  lacks ${item}: ${detail}`),
    ...(preview.quarantine === undefined ? [] : [`  in quarantine because ${preview.quarantine.because}`]),
    ...named('first', preview.nodes),
    ...named('keep it', preview.keeps),
    ...named('told to stop', preview.stops),
    ...named('stay away', preview.away),
  ];
};
