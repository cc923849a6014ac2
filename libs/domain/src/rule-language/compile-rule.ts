import {
  type Rule,
  RULE_WINDOW_MS_MAX,
  type RuleAction,
  type RuleEntry,
  ruleSchema,
  type RuleScope,
  type Selector,
} from '#contracts';
import { partOf, TOPOLOGY } from '../incident/topology.js';
import { fastPathFault } from '../sequential/fast-path.js';
import { readCondition } from './condition.js';
import { durationMs, durationText } from './duration.js';
import type { Tell } from './finding.js';
import { scopesThatFit } from './scope-labels.js';
import { type SignalParameter, type SignalWords, wordsOf } from './signal-words.js';
import type { SoundEntry } from './sound-parts.js';
import { readTemplate } from './template.js';

/** What a rule is evaluated for unless it says so, where its signal can be read for it. */
const SCOPES_DEFAULT: readonly RuleScope[] = ['fleet', 'release_region'];

/** A pattern or a list of them → a list. */
export const readSelector = (where: Readonly<Record<string, string | readonly string[] | undefined>> = {}): Selector =>
  Object.fromEntries(
    Object.entries(where).flatMap(([label, patterns]) =>
      patterns === undefined ? [] : [[label, typeof patterns === 'string' ? [patterns] : [...patterns]]],
    ),
  );

/** `99.9 %` → 0.999, without the noise of a division. */
export const shareOf = (percent: string): number => Number((Number.parseFloat(percent) / 100).toFixed(12));

const actionOf = (written: NonNullable<RuleEntry['actions']>[number]): RuleAction => {
  if (typeof written === 'string') return written === 'page' ? { do: 'page', policy: 'default' } : { do: written };
  if ('fall_back' in written) return { do: 'fall_back', isDryRun: written.fall_back.dry_run };
  return 'page' in written ? { do: 'page', policy: written.page } : { do: 'escalate', to: written.escalate };
};

const PARAMETERS: readonly SignalParameter[] = ['percentile', 'outcome', 'tier', 'objective', 'short_window'];

const checkParameters = (entry: SoundEntry<RuleEntry>, { needs = [], takes = [] }: SignalWords, tell: Tell): void => {
  for (const name of PARAMETERS) {
    const isTold = entry[name] !== undefined;
    if (isTold && !needs.includes(name) && !takes.includes(name))
      tell([name], `means nothing to ${entry.signal}; leave it out`);
    if (!isTold && needs.includes(name)) tell([], `${entry.signal} needs ${name}`);
  }
};

const checkWindow = (
  name: 'window' | 'short_window',
  { signal, [name]: written }: SoundEntry<RuleEntry>,
  { windowMsMax }: SignalWords,
  tell: Tell,
): void => {
  if (written === undefined) return;
  const ms = durationMs(written);
  if (ms === 0 || ms % 1_000 !== 0) tell([name], 'must be whole seconds, at least 1s: slots are a second long');
  else if (ms > windowMsMax) tell([name], `${signal} is kept for ${durationText(windowMsMax)} at most`);
};

const checkScopes = ({ signal, for_each: written }: SoundEntry<RuleEntry>, words: SignalWords, tell: Tell): void => {
  written?.forEach((scope, index) => {
    if (!words.scopes.includes(scope))
      tell(['for_each', index], `${signal} cannot be read for ${scope}; it can for ${words.scopes.join(', ')}`);
    else if (written.indexOf(scope) < index) tell(['for_each', index], `${scope} comes twice`);
  });
};

const checkSelector = (entry: SoundEntry<RuleEntry>, scopes: readonly RuleScope[], tell: Tell): void => {
  const where = readSelector(entry.where);
  if (scopesThatFit(scopes, where).length > 0) return;
  tell(['where'], `no ${scopes.join(' and no ')} has the labels ${Object.keys(where).join(', ')}: it would never fit`);
};

/** A value that a signal cannot have for a scope would be waited for in vain. */
const checkHighest = ({ signal, scopes, comparison, threshold }: Rule, { highest }: SignalWords, tell: Tell): void => {
  if (comparison !== 'above') return;
  for (const scope of scopes) {
    const most = highest[scope];
    if (most !== undefined && threshold >= most)
      tell(['fires'], `${signal} of a ${scope} is ${most} at most: it would never fire`);
  }
};

const SHARE_BOUNDS = 'must be above 0 % and below 100 %';

/** An objective of 100 % leaves no budget to burn, one of 0 % nothing to miss. */
const checkObjective = ({ objective }: SoundEntry<RuleEntry>, tell: Tell): void => {
  if (objective === undefined) return;
  const share = shareOf(objective);
  if (share <= 0 || share >= 1) tell(['objective'], SHARE_BOUNDS);
};

/** A release without data is forgotten after as long as the longest window of slots, unless a rollout still names its nodes. */
const checkAbsence = ({ noData, scopes, windowMs }: Rule, tell: Tell): void => {
  if (noData !== 'fire' || windowMs <= RULE_WINDOW_MS_MAX) return;
  if (!scopes.some((scope) => scope === 'release' || scope === 'release_region')) return;
  const [kept, asked] = [durationText(RULE_WINDOW_MS_MAX), durationText(windowMs)];
  tell(
    ['no_data'],
    `a release of which nothing is heard is forgotten after ${kept}: over ${asked} its absence would never fire`,
  );
};

/** What explains an alert is looked for by its component: one that there is not would be taken for the edge. */
const checkComponent = ({ labels }: Rule, tell: Tell): void => {
  const word = labels['component'];
  if (word === undefined || partOf(word) !== undefined) return;
  tell(['labels', 'component'], `there is no part ${word}`, { word, known: TOPOLOGY.map(({ name }) => name) });
};

/** What would be written and never happen: actions are those of an incident, and a warning alone opens none. */
const checkActions = ({ severity, actions }: Rule, tell: Tell): void => {
  for (const [index, action] of actions.entries()) {
    if (severity === 'warning')
      tell(['actions', index], `a warning opens no incident: make it critical, or leave ${action.do} out`);
    if (action.do === 'page' && action.policy !== 'default')
      tell(['actions', index], `there is no page policy ${action.policy}; there is default`);
  }
};

const annotationsOf = (entry: SoundEntry<RuleEntry>, tell: Tell): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entry.annotations ?? {}).map(([name, text]) => [
      name,
      readTemplate(text, (path, message, near) => tell(['annotations', name, ...path], message, near)),
    ]),
  );

/** What an entry gives a rule when it says it; what it leaves out has the default of the contract. */
const optionalParts = (entry: SoundEntry<RuleEntry>): Partial<Rule> => {
  const told = {
    percentile: entry.percentile === undefined ? undefined : Number((entry.percentile / 100).toFixed(12)),
    outcome: entry.outcome,
    tier: entry.tier,
    objective: entry.objective === undefined ? undefined : shareOf(entry.objective),
    shortWindowMs: entry.short_window === undefined ? undefined : durationMs(entry.short_window),
    // Nothing is certain: the contract ends below 1.
    confidence: entry.confidence === undefined ? undefined : Math.min(shareOf(entry.confidence), 0.999_999),
    outcomesMin: entry.min_outcomes,
    failuresMin: entry.min_failures,
    fastPath: entry.fast_path,
    forMs: entry.for === undefined ? undefined : durationMs(entry.for),
    keepFiringForMs: entry.keep_firing_for === undefined ? undefined : durationMs(entry.keep_firing_for),
    noData: entry.no_data,
    labels: entry.labels,
    runbook: entry.runbook,
    actions: entry.actions?.map(actionOf),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
};

/** Parts of a rule → what they are written as, where it is not the same word. */
const WRITTEN: Readonly<Partial<Record<keyof Rule, keyof RuleEntry>>> = {
  scopes: 'for_each',
  windowMs: 'window',
  shortWindowMs: 'short_window',
  outcomesMin: 'min_outcomes',
  failuresMin: 'min_failures',
  fastPath: 'fast_path',
  forMs: 'for',
  keepFiringForMs: 'keep_firing_for',
  noData: 'no_data',
  threshold: 'fires',
  clearThreshold: 'clears',
};

/** Written in per cent, and kept as a share between 0 and 1. */
const SHARES: ReadonlySet<string> = new Set(['percentile', 'objective', 'confidence']);

/** What a schema says of what it refuses. */
interface Refused {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** What a rule refuses and nobody told yet; of a part that is missing its schema told. */
const tellParts = ({ issues }: Refused, entry: SoundEntry<RuleEntry>, told: ReadonlySet<string>, tell: Tell): void => {
  for (const { path, message } of issues) {
    const part = String(path[0]);
    const name = WRITTEN[part as keyof Rule] ?? (part as keyof RuleEntry);
    if (entry[name] !== undefined && !told.has(name)) tell([name], SHARES.has(part) ? SHARE_BOUNDS : message);
  }
};

/**
 * A rule from what is written of it. Tells everything that is wrong with the parts that are there; undefined when the rest is not
 * enough for a rule.
 */
export const compileRule = (entry: SoundEntry<RuleEntry>, tellAt: Tell): Rule | undefined => {
  const told = new Set<string>();
  const tell: Tell = (path, message, near) => {
    told.add(String(path[0]));
    tellAt(path, message, near);
  };
  const annotations = annotationsOf(entry, tell);
  if (entry.signal === undefined) return undefined;
  const words = wordsOf(entry.signal);
  checkParameters(entry, words, tell);
  for (const name of ['window', 'short_window'] as const) checkWindow(name, entry, words, tell);
  checkScopes(entry, words, tell);
  checkObjective(entry, tell);
  const readable = SCOPES_DEFAULT.filter((scope) => words.scopes.includes(scope));
  const scopes = entry.for_each ?? (readable.length > 0 ? readable : words.scopes.slice(0, 1));
  checkSelector(entry, scopes, tell);
  const { signal, fires, clears } = entry;
  const condition = fires === undefined ? undefined : readCondition({ signal, fires, clears }, words, tell);
  if (condition === undefined) return undefined;
  const rule = ruleSchema.safeParse({
    name: entry.alert,
    signal,
    scopes,
    where: readSelector(entry.where),
    ...condition,
    windowMs: entry.window === undefined ? undefined : durationMs(entry.window),
    severity: entry.severity,
    annotations,
    ...optionalParts(entry),
  });
  if (rule.data === undefined) tellParts(rule.error, entry, told, tell);
  else {
    checkHighest(rule.data, words, tell);
    checkActions(rule.data, tell);
    checkAbsence(rule.data, tell);
    checkComponent(rule.data, tell);
  }
  const fault = rule.data?.fastPath === true ? fastPathFault(rule.data) : undefined;
  if (fault !== undefined) tell(['fast_path'], fault);
  return rule.data;
};
