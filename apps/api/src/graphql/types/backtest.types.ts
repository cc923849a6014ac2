import {
  duration,
  enumType,
  flag,
  many,
  maybe,
  moment,
  number,
  objectType,
  one,
  rawId,
  text,
  whole,
} from '../schema/define.js';

const BacktestStatus = enumType(
  'BacktestStatus',
  ['waiting', 'running', 'done', 'failed'],
  'How far a backtest is; failed: it could not be done.',
);
const BacktestChange = enumType(
  'BacktestChange',
  ['added', 'missing', 'moved'],
  'It would have happened, would not have, or at another time or to others.',
);
const BacktestKind = enumType('BacktestKind', ['alert', 'page', 'command'], 'What people notice.');

const BacktestScoreType = objectType(
  'BacktestScore',
  { about: 'How a set of rules did.' },
  {
    alerts: whole('Alerts that fired.'),
    found: whole('Recorded incidents during which anything fired.'),
    pages: whole('Incidents that opened.'),
    falsePages: whole('Of them, when nothing was wrong.'),
    rollbacks: whole('Rollbacks that were decided.'),
  },
);

const NO_RULE = 'null: the set has no such rule.';
const BacktestRuleType = objectType(
  'BacktestRule',
  { about: 'How one rule did, by the rules of then and by those that are tried.' },
  {
    rule: text('The rule.'),
    alertsBefore: maybe(whole(`Alerts of it; ${NO_RULE}`)),
    alertsAfter: maybe(whole(`Alerts of it; ${NO_RULE}`)),
    foundBefore: maybe(whole(`Recorded incidents during which it fired; ${NO_RULE}`)),
    foundAfter: maybe(whole(`Recorded incidents during which it fired; ${NO_RULE}`)),
    delayBefore: maybe(duration('From an incident to its first alert, the longest; negative: before it was known.')),
    delayAfter: maybe(duration('From an incident to its first alert, the longest; negative: before it was known.')),
    falseAlertsBefore: maybe(whole(`Alerts when nothing was wrong; ${NO_RULE}`)),
    falseAlertsAfter: maybe(whole(`Alerts when nothing was wrong; ${NO_RULE}`)),
  },
);

const BacktestDifferenceType = objectType(
  'BacktestDifference',
  { about: 'Something that people notice, by the rules of then and by those that are tried.' },
  {
    change: one(() => BacktestChange, 'What is other.'),
    kind: one(() => BacktestKind, 'What it is; a page is one for each incident.'),
    action: text('fires, resolves; of a command its action.'),
    about: text('What it is about: rule, scope and key; of a command the releases and the wave.'),
    beforeAt: maybe(moment('When, by the rules of then; null: never.')),
    afterAt: maybe(moment('When, by those that are tried; null: never.')),
    text: text('Why, or to whom.'),
  },
);

const BacktestResultType = objectType(
  'BacktestResult',
  { about: 'What a backtest found.' },
  {
    from: moment('Since when was decided.', { from: 'fromAt' }),
    to: moment('Until when.', { from: 'toAt' }),
    records: number('Records that were read.'),
    outcomes: number('Outcomes in them.'),
    isReproduced: flag('Whether the rules of then, replayed, decide again what was decided then.'),
    faults: whole('Incidents that were recorded within the time: what there was to be found.'),
    before: one(() => BacktestScoreType, 'The rules of then.'),
    after: one(() => BacktestScoreType, 'Those that are tried.'),
    rules: many(one(() => BacktestRuleType, 'Of both sets, each rule once.')),
    differences: many(one(() => BacktestDifferenceType, 'What is other than it was, by time: 500 at most.')),
    differing: whole('All of them.'),
    same: whole('What is the same.'),
    worse: many(text('In what the tried rules are worse.')),
    shortened: many(text('Rules that look back further than was read: what they decide here is no proof.')),
  },
);

/** What other rules would have done. */
export const BacktestType = objectType(
  'Backtest',
  { about: 'What other rules would have done over a recorded time.' },
  {
    backtestId: rawId('Its id.'),
    status: one(() => BacktestStatus, 'How far it is.'),
    incidentId: maybe(rawId('Over the time of this incident; null: a time was given.')),
    askedAt: moment('When it was asked for.'),
    endedAt: maybe(moment('When it was done; null: it is not.')),
    progress: number('Of 1, how much of the log was folded.'),
    outcomes: number('Outcomes that were folded so far, by both sets of rules.'),
    result: maybe(one(() => BacktestResultType, 'What it found; null: it is not done.')),
    failure: maybe(text('Why it could not be done.')),
  },
);
