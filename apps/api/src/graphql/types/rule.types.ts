import type { Rule } from '#contracts';
import type { RulesInForce } from '../../rules-in-force.js';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { MaintenanceWindowType } from './delivery.types.js';
import { labelled, LabelledType, selected, SelectedType } from './part.types.js';
import * as words from './words.js';

const RuleActionType = objectType(
  'RuleAction',
  { about: 'What a rule does when it fires; beside the record, which is always made.' },
  {
    do: text('page, escalate, roll_back, halt, redirect_traffic, fall_back or status_update.'),
    policy: maybe(text('Of a page: by which policy.')),
    to: maybe(text('Of an escalation: to whom.')),
    isDryRun: maybe(flag('Of a fallback: whether it only records.')),
  },
);

/** A condition on one signal over one sliding window, for each subject of its scopes. */
export const RuleType = nodeType(
  'Rule',
  {
    about: 'A condition on one signal over one sliding window, for each subject of its scopes.',
    rawId: ({ name }: Rule) => name,
  },
  {
    name: text('Its name.'),
    signal: one(() => words.Signal, 'What it reads.'),
    percentile: maybe(number('Of a latency, 0 to 1.')),
    outcome: maybe(text('Of outcome_share: of which outcome.')),
    tier: maybe(one(() => words.Tier, 'Of affected_customers: of which tier.')),
    objective: maybe(number('Of burn_rate: the wanted success, 0 to 1.')),
    scopes: many(one(() => words.RuleScope, 'For what it is evaluated.')),
    where: many(
      one(() => SelectedType, 'Only subjects that fit; empty: all.', { derive: ({ where }: Rule) => selected(where) }),
    ),
    comparison: text('below or above.'),
    threshold: number('In the unit of the signal.'),
    clearThreshold: maybe(number('What must be passed the other way before it is clear; null: the threshold.')),
    window: duration('Over how long it reads.', { from: 'windowMs' }),
    shortWindow: maybe(duration('It must hold in this window too.', { from: 'shortWindowMs' })),
    confidence: maybe(number('How sure a breach must be, 0 to 1; null: as is the default of its signal.')),
    outcomesMin: whole('Fewer outcomes say nothing.'),
    failuresMin: whole('A breach by failures rests on at least so many.'),
    fastPath: flag('Whether the sequential test may find the breach before the window does.'),
    for: duration('For how long it must hold before it fires.', { from: 'forMs' }),
    keepFiringFor: duration('For how long it goes on firing after it became clear.', { from: 'keepFiringForMs' }),
    noData: one(() => words.NoData, 'What becomes of an alert without data.'),
    severity: one(() => words.Severity, 'Of its alerts.'),
    labels: many(one(() => LabelledType, 'Of its alerts.', { derive: ({ labels }: Rule) => labelled(labels) })),
    annotations: many(
      one(() => LabelledType, 'Texts for people.', { derive: ({ annotations }: Rule) => labelled(annotations) }),
    ),
    runbook: maybe(text('A URL.')),
    actions: many(one(() => RuleActionType, 'What it does.')),
    rollbackOrder: maybe(whole('Its place among the triggers of a rollback; null: it is none.')),
  },
);

const version = {
  version: whole('Counts the sets, from 1.'),
  sha256: text('Of the set.'),
  source: text('Where it comes from.'),
  fromTick: number('The first tick that is decided by it.'),
  loadedAt: moment('When.'),
  loadedBy: text('Who.'),
  ruleCount: whole('How many rules it has.'),
};

/** A set of rules that was loaded. */
export const RuleSetVersionType = objectType('RuleSetVersion', { about: 'A set of rules that was loaded.' }, version);

const PerTierType = objectType(
  'PerTier',
  { about: 'A figure for one customer of each tier.' },
  { tier1: number('Of tier 1.'), tier2: number('Of tier 2.'), tier3: number('Of tier 3.') },
);

const ImpactSettingsType = objectType(
  'ImpactSettings',
  { about: 'What one affected customer counts, and when it is affected.' },
  {
    weights: one(() => PerTierType, 'Points.'),
    dollarsPerMinute: one(() => PerTierType, 'Money.'),
    affectedRatio: number('Affected is whose failing share is above this, 0 to 1.'),
    affectedOutcomesMin: whole('Over at least so many outcomes.'),
  },
);

const RefusedRulesType = objectType(
  'RefusedRules',
  { about: 'Files of rules that were refused.' },
  { at: moment('When.'), source: text('Which.'), problems: many(text('Why.')) },
);

/** The rules in force. */
export const RulesType = objectType(
  'Rules',
  { about: 'The rules in force.' },
  {
    ...version,
    rules: many(one(() => RuleType, 'Each.')),
    impact: one(() => ImpactSettingsType, 'What customers count.'),
    maintenance: many(
      one(() => MaintenanceWindowType, 'Announced work.', {
        derive: ({ maintenance }: RulesInForce) => maintenance.map((each) => ({ ...each, next: [] })),
      }),
    ),
    warnings: many(text('Selectors that fit nothing of the catalogue as it is now.')),
    reloadAskedAt: maybe(
      moment('When somebody wanted another set last.', {
        derive: ({ lastReload }: RulesInForce) => lastReload.askedAt,
      }),
    ),
    reloadAskedBy: maybe(text('Who.', { derive: ({ lastReload }: RulesInForce) => lastReload.askedBy })),
    refused: maybe(
      one(() => RefusedRulesType, 'Files that were refused since.', {
        derive: ({ lastReload }: RulesInForce) => lastReload.refused,
      }),
    ),
  },
);

/** A page of them. */
export const RuleSetVersionConnection = connectionType('RuleSetVersion', () => RuleSetVersionType);
