import { z } from 'zod';
import { formatAlert, formatAlerts } from './alert-views.js';
import { formatAct, formatActs } from './audit-views.js';
import { rollbackSchema } from './answers.js';
import { formatChannel, formatChannels, formatDeliveries, formatDelivery, formatTested } from './delivery-views.js';
import { formatDrills } from './drill-view.js';
import type { DoorView } from './door-arguments.js';
import { formatAsked, formatCommand, formatCommands, formatNodes, formatRules } from './fleet-views.js';
import { formatIncidents } from './incident-views.js';
import { formatKey, formatKeys, formatRevokedKey } from './key-views.js';
import { formatCount, formatDollars, formatDuration, formatTime } from './figures.js';
import { formatRunbook, formatStatusTexts, formatStatusUpdates } from './report-views.js';
import { formatRollout, formatRollouts } from './rollout.js';
import { describeRollback } from './status.js';
import { formatTable } from './table.js';

const release = z.looseObject({ softwareVersion: z.string(), configRev: z.string() });
const said = z.looseObject({ by: z.string(), comment: z.string() });

const nameOf = ({ softwareVersion, configRev }: z.infer<typeof release>): string => `${softwareVersion}+${configRev}`;

/** An answer holds one thing or a list of them. */
const oneOrMany = <T extends z.ZodType>(one: string, many: string, schema: T) =>
  z.looseObject({ [one]: schema.optional(), [many]: z.array(schema).optional() }).transform((answer) => {
    const { [one]: single, [many]: list } = answer as Record<string, unknown>;
    return (list ?? [single]) as z.output<T>[];
  });

const releases = oneOrMany(
  'release',
  'releases',
  z.looseObject({
    service: z.string(),
    name: z.string(),
    attestation: z.looseObject({ goodSinceMs: z.number(), nodes: z.number(), isRollbackSafe: z.boolean() }).nullable(),
    rehearsal: z.looseObject({ passed: z.boolean() }).nullable(),
    quarantine: z.looseObject({ because: z.string() }).nullable(),
  }),
);

const formatReleases = (answer: unknown): readonly string[] => {
  const rows = releases
    .parse(answer)
    .map(({ service, name, attestation, rehearsal, quarantine }) => [
      service,
      name,
      attestation === null ? 'no' : `since ${formatTime(attestation.goodSinceMs)} on ${attestation.nodes}`,
      attestation === null ? '' : attestation.isRollbackSafe ? 'yes' : 'no',
      rehearsal === null ? 'no' : rehearsal.passed ? 'passed' : 'failed',
      quarantine?.because ?? '',
    ]);
  return formatTable(['service', 'release', 'attested', 'safe to go back', 'rehearsed', 'quarantine'], rows);
};

const automation = z.looseObject({
  automation: z.looseObject({
    isOn: z.boolean(),
    lastSwitch: said.nullable(),
    rateRail: z.looseObject({ because: z.string(), at: z.number() }).nullable(),
    services: z.array(
      z.looseObject({
        service: z.string(),
        mode: z.looseObject({ mode: z.string(), by: z.string() }).nullable(),
        rateReset: z.looseObject({ by: z.string(), at: z.number() }).nullable(),
      }),
    ),
  }),
});

const formatAutomation = (answer: unknown): readonly string[] => {
  const { isOn, lastSwitch, rateRail, services } = automation.parse(answer).automation;
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

const overrides = oneOrMany(
  'override',
  'overrides',
  z.looseObject({
    overrideId: z.string(),
    rollbackId: z.string(),
    status: z.string(),
    rails: z.array(z.string()),
    votes: z.array(z.looseObject({ role: z.string(), isApproved: z.boolean() })),
    requestedBy: z.string(),
    expiresAt: z.number(),
    checklist: z.looseObject({
      dollarsPerHour: z.number(),
      affectedCustomers: z.number(),
      resolutionEtaMs: z.number(),
    }),
  }),
);

const formatOverrides = (answer: unknown): readonly string[] => {
  const rows = overrides
    .parse(answer)
    .map((each) => [
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
  return formatTable(names, rows);
};

const breakers = z.looseObject({
  breakers: z.array(
    z.looseObject({
      service: z.string(),
      status: z.string(),
      because: z.string().nullable(),
      healthy: z.number(),
      unhealthy: z.number(),
      running: z.array(z.unknown()),
    }),
  ),
});

const formatBreakers = (answer: unknown): readonly string[] => {
  const rows = breakers
    .parse(answer)
    .breakers.map(({ service, status, healthy, unhealthy, running, because }) => [
      service,
      status,
      formatCount(running.length),
      formatCount(healthy),
      formatCount(unhealthy),
      because ?? '',
    ]);
  return formatTable(['service', 'breaker', 'running', 'healthy', 'unhealthy', 'because'], rows);
};

const fallbacks = z.looseObject({
  fallbacks: z.array(
    z.looseObject({
      fallbackId: z.string(),
      customerId: z.string(),
      provider: z.string(),
      status: z.string(),
      isDryRun: z.boolean(),
      because: z.string(),
    }),
  ),
});

const formatFallbacks = (answer: unknown): readonly string[] => {
  const rows = fallbacks
    .parse(answer)
    .fallbacks.map(({ fallbackId, customerId, provider, status, isDryRun, because }) => [
      fallbackId,
      customerId,
      provider,
      isDryRun ? `${status}, dry run` : status,
      because,
    ]);
  return formatTable(['fallback', 'customer', 'provider', 'status', 'because'], rows);
};

const rail = z.looseObject({ rail: z.string(), holds: z.boolean(), detail: z.string() });
const preview = z.looseObject({
  preview: z.looseObject({
    rollbackId: z.string(),
    from: release,
    to: release,
    waves: z.array(z.number()),
    first: z.array(z.string()),
    binding: z.array(rail),
    warnings: z.array(rail),
  }),
});

const formatPreview = (answer: unknown): readonly string[] => {
  const { rollbackId, from, to, waves, first, binding, warnings } = preview.parse(answer).preview;
  const total = waves.reduce((sum, wave) => sum + wave, 0);
  const rows = [...binding, ...warnings].map(({ rail: name, holds, detail }) => [
    name,
    holds ? 'holds' : 'refuses',
    detail,
  ]);
  return [
    `${rollbackId}: ${nameOf(from)} to ${nameOf(to)} on ${formatCount(total)} nodes, in waves of ${waves.join(', ') || 'none'}`,
    `first: ${first.join(', ') || 'nobody'}`,
    ...formatTable(['rail', 'now', 'because'], rows),
  ];
};

const rollback = z.looseObject({ rollback: rollbackSchema });
const tended = z.looseObject({
  incident: z.looseObject({
    incidentId: z.string(),
    status: z.string(),
    owner: z.string().nullable(),
    snoozedUntil: z.number().nullable(),
  }),
});

const formatTended = (answer: unknown): readonly string[] => {
  const { incidentId, status, owner, snoozedUntil } = tended.parse(answer).incident;
  const has = owner === null ? 'nobody has it' : `${owner} has it`;
  const until = snoozedUntil === null ? '' : `, nobody is called until ${formatTime(snoozedUntil)} UTC`;
  return [`${incidentId}: ${status}, ${has}${until}`];
};

const redirect = z.looseObject({
  redirect: z.looseObject({ redirectId: z.string(), status: z.string(), because: z.string().nullable() }),
});

const formatRedirect = (answer: unknown): readonly string[] => {
  const { redirectId, status, because } = redirect.parse(answer).redirect;
  return [`${redirectId}: ${status}${because === null ? '' : `; ${because}`}`];
};

/** An answer, for people. */
export const formatDoor: Readonly<Record<DoorView, (answer: unknown) => readonly string[]>> = {
  rollouts: formatRollouts,
  rollout: formatRollout,
  preview: formatPreview,
  rollback: (answer) => [describeRollback(rollback.parse(answer).rollback)],
  releases: formatReleases,
  automation: formatAutomation,
  overrides: formatOverrides,
  breakers: formatBreakers,
  fallbacks: formatFallbacks,
  redirect: formatRedirect,
  deliveries: formatDeliveries,
  delivery: formatDelivery,
  channels: formatChannels,
  channel: formatChannel,
  tested: formatTested,
  'status-updates': formatStatusUpdates,
  'status-texts': formatStatusTexts,
  runbook: formatRunbook,
  drills: formatDrills,
  incident: formatTended,
  alerts: formatAlerts,
  alert: formatAlert,
  incidents: formatIncidents,
  keys: formatKeys,
  key: formatKey,
  'revoked-key': formatRevokedKey,
  nodes: formatNodes,
  commands: formatCommands,
  command: formatCommand,
  rules: formatRules,
  asked: formatAsked,
  acts: formatActs,
  act: formatAct,
};
