import type { BreakerRow, KnownReleaseRow } from '#store';
import { connectionType } from '../schema/connection.js';
import { flag, many, maybe, moment, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { ReleaseType, SaidType } from './part.types.js';
import * as words from './words.js';

const AttestationType = objectType(
  'Attestation',
  { about: 'Somebody vouches for a release.' },
  {
    goodSince: moment('Since when it ran well.', { from: 'goodSinceMs' }),
    nodes: whole('On how many nodes.'),
    isRollbackSafe: flag('Whether it may be gone back to.'),
    by: text('Who.'),
    at: moment('When.'),
  },
);

const RehearsalType = objectType(
  'Rehearsal',
  { about: 'Going back to a release was tried out.' },
  { passed: flag('Whether it went well.'), detail: text('In words.'), by: text('Who.'), at: moment('When.') },
);

const QuarantineType = objectType(
  'Quarantine',
  { about: 'A release that nothing brings again until that is lifted.' },
  { rollbackId: rawId('What took it back.'), because: text('In words.'), at: moment('Since when.') },
);

/** What is known of a release as such, whichever rollout brings it. */
export const KnownReleaseType = nodeType(
  'KnownRelease',
  {
    about: 'What is known of a release as such, whichever rollout brings it.',
    rawId: ({ service, name }: KnownReleaseRow) => `${service}/${name}`,
  },
  {
    service: text('Of which service.'),
    name: text('Version and configuration.'),
    release: one(() => ReleaseType, 'The same in parts.'),
    attestation: maybe(one(() => AttestationType, 'Who vouches for it.')),
    rehearsal: maybe(one(() => RehearsalType, 'Whether going back to it was tried out.')),
    quarantine: maybe(one(() => QuarantineType, 'Null: it is free.')),
    lifting: maybe(one(() => SaidType, 'The last lifting of a quarantine.')),
    changedAt: moment('When it changed last.'),
  },
);

const SwitchType = objectType(
  'AutomationSwitch',
  { about: 'The kill switch, as it was touched last.' },
  { isOn: flag('On, or off.'), by: text('Who.'), comment: text('Why.'), at: moment('When.') },
);

const RateRailType = objectType(
  'RateRail',
  { about: 'As many automatic plans as a day may have were made.' },
  {
    rollbackId: rawId('The last of them.'),
    plans: whole('How many.'),
    because: text('In words.'),
    at: moment('When.'),
  },
);

const ModeType = objectType(
  'ServiceMode',
  { about: 'How far Tocsin goes with a service.' },
  { mode: one(() => words.AutomationMode, 'How far.'), by: text('Who.'), comment: text('Why.'), at: moment('When.') },
);

const ServiceType = objectType(
  'AutomatedService',
  { about: 'A service that somebody said something of.' },
  {
    service: text('Its name.'),
    mode: maybe(one(() => ModeType, 'Null: auto.')),
    rateReset: maybe(one(() => SaidType, 'Who closed the rate rail again.')),
  },
);

/** What Tocsin may do by itself. */
export const AutomationType = objectType(
  'Automation',
  { about: 'What Tocsin may do by itself.' },
  {
    isOn: flag('Whether anything is commanded at all.'),
    lastSwitch: maybe(one(() => SwitchType, 'Null: nobody ever touched it.')),
    rateRail: maybe(one(() => RateRailType, 'When it opened last.')),
    services: many(one(() => ServiceType, 'Those that have a mode or a reset of their own.')),
  },
);

const RunningUpdateType = objectType(
  'RunningUpdate',
  { about: 'An update of a node that has not ended.' },
  {
    updateId: rawId('Its id.'),
    rolloutId: rawId('Of which rollout.'),
    nodeId: rawId('Of which node.'),
    beganAt: moment('When.'),
  },
);

/** The circuit breaker of the updates of one service. */
export const BreakerType = nodeType(
  'Breaker',
  { about: 'The circuit breaker of the updates of one service.', rawId: ({ service }: BreakerRow) => service },
  {
    service: text('Of which service.'),
    status: one(() => words.BreakerStatus, 'Whether updates go on.'),
    because: maybe(text('Why it opened or closed last.')),
    failures: maybe(whole('At its last opening.')),
    updates: maybe(whole('Of so many.')),
    healthy: whole('Of all updates that ended.'),
    unhealthy: whole('Of all updates that ended.'),
    changedAt: moment('When it changed last.'),
    running: many(one(() => RunningUpdateType, 'What has not ended.')),
  },
);

/** A page of them. */
export const KnownReleaseConnection = connectionType('KnownRelease', () => KnownReleaseType);
/** A page of them. */
export const BreakerConnection = connectionType('Breaker', () => BreakerType);
