import type { PreviewReport } from '../../rollback-acts.js';
import { flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { RollbackType } from './action.types.js';
import { RailType, ReleaseType } from './part.types.js';
import { MissingItemType } from './rollout.types.js';
import * as words from './words.js';

const isNew = flag('Whether it would change anything: false where it was asked for already.');
const effect = text('What it would do, in a sentence.');

/** What a rollback would do if it were asked for now; nothing is recorded. */
export const RollbackPreviewType = objectType(
  'RollbackPreview',
  { about: 'What a rollback would do if it were asked for now; nothing is recorded.' },
  {
    rollbackId: rawId('The id that it would have.'),
    from: one(() => ReleaseType, 'The release to leave.'),
    to: one(() => ReleaseType, 'The one to run.'),
    waves: many(whole('How many nodes each wave commands.')),
    first: many(text('The nodes of the first wave.')),
    binding: many(one(() => RailType, 'Rails that bind a person, with their answers.')),
    warnings: many(one(() => RailType, 'Rails that would only warn one.')),
    rollback: maybe(
      one(() => RollbackType, 'What became of it so far; null: nobody asked for it.', {
        derive: ({ rollback }: PreviewReport) => rollback,
      }),
    ),
  },
);

/** What the start of a rollout would do; nothing is recorded. */
export const StartPreviewType = objectType(
  'StartPreview',
  { about: 'What the start of a rollout would do; nothing is recorded.' },
  {
    rolloutId: rawId('The rollout.'),
    state: one(() => words.RolloutStatus, 'What it is now.'),
    isNew,
    stage: text('The stage that would begin.'),
    sharePercent: number('Its share of the nodes that the rollout is for.'),
    missing: many(one(() => MissingItemType, 'What its pre-flight lacks: the start stands until that is there.')),
    nodes: many(text('Nodes that Tocsin would tell to take the release first; none where a deploy tool brings it.')),
    effect,
  },
);

/** What a halt would do; nothing is recorded. */
export const HaltPreviewType = objectType(
  'HaltPreview',
  { about: 'What a halt would do; nothing is recorded.' },
  {
    rolloutId: rawId('The rollout.'),
    state: one(() => words.RolloutStatus, 'What it is now.'),
    isNew,
    keeps: many(text('Nodes that have the release, or were told to take it, and keep it.')),
    stops: many(text('Of those the ones that a command would tell to stop.')),
    effect,
  },
);

/** What the end of a redirect by a person would do; nothing is recorded. */
export const RedirectEndPreviewType = objectType(
  'RedirectEndPreview',
  { about: 'What the end of a redirect by a person would do; nothing is recorded.' },
  {
    redirectId: rawId('The redirect.'),
    incidentId: rawId('Of which incident.'),
    state: one(() => words.RedirectStatus, 'What it is now.'),
    isNew,
    away: many(text('Nodes that never said that they came back, and stay as they are.')),
    effect,
  },
);

const QuarantinedByType = objectType(
  'QuarantinedBy',
  { about: 'What put a release in quarantine.' },
  { rollbackId: rawId('What took it back.'), because: text('In words.') },
);

const VouchedForType = objectType(
  'VouchedFor',
  { about: 'How far a release is vouched for.' },
  {
    goodSince: moment('Since when it ran well.', { from: 'goodSinceMs' }),
    nodes: whole('On how many nodes.'),
    isRollbackSafe: flag('Whether it may be gone back to.'),
  },
);

/** What lifting a quarantine would do; nothing is recorded. */
export const LiftingPreviewType = objectType(
  'LiftingPreview',
  { about: 'What lifting a quarantine would do; nothing is recorded.' },
  {
    service: text('Of which service.'),
    release: one(() => ReleaseType, 'The release.'),
    quarantine: one(() => QuarantinedByType, 'What would be lifted.'),
    attested: maybe(one(() => VouchedForType, 'Null: nobody vouches for it.')),
    isRehearsed: maybe(flag('Whether going back to it went well; null: nobody tried.')),
    effect,
  },
);

const MutedAlertType = objectType(
  'MutedAlert',
  { about: 'An open alert that a silence would mute.' },
  {
    alertId: rawId('Its id.'),
    rule: text('The rule that fired.'),
    scope: one(() => words.Scope, 'What kind of thing it is about.'),
    key: text('Which.'),
    severity: one(() => words.Severity, 'How bad it is.'),
    state: one(() => words.AlertState, 'What it is now.'),
    incidentId: maybe(rawId('The incident that it belongs to; null: none.')),
  },
);

/** Which open alerts a silence would mute now; nothing is recorded. */
export const SilencePreviewType = objectType(
  'SilencePreview',
  { about: 'Which open alerts a silence would mute now; nothing is recorded.' },
  {
    startsAt: moment('From then.'),
    endsAt: moment('Until then.'),
    alerts: many(one(() => MutedAlertType, 'Those that it would mute, the newest first.')),
    compared: whole('Open alerts that were compared: the newest 1,000.'),
  },
);
