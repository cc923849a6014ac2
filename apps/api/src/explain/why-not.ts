import { isRefusal, type Refusal, refuse, type Rule, streamOf, type WhyNotVerdict } from '#contracts';
import { confidenceOf, describeMeasure, type Measure } from '#domain';
import {
  type AlertRepository,
  type AlertRow,
  type Catalogue,
  readNewest,
  type RedirectRepository,
  type RollbackRepository,
  type SegmentRepository,
} from '#store';
import { type AskedSubject, readSubject } from './asked-subject.js';
import { type HeldBackParts, heldBack } from './held-back.js';
import { keptFrom, saidBy, type SaidEvent } from './kept-alert.js';
import { whyNotChosen } from './chosen-subject.js';
import { readPastMeasure } from './past-measure.js';

/** Why not. */
export interface WhyNot {
  readonly rule: string;
  readonly subject: AskedSubject;
  readonly at: number;
  readonly verdict: WhyNotVerdict;
  readonly because: string;
  /** The value at that moment; null where there is none. */
  readonly value: number | 'timeout' | null;
  readonly threshold: number | null;
  /** How far the value is from its threshold, in the unit of the signal; below 0: beyond it. */
  readonly margin: number | null;
  /** Ids of the events that say so, and what each says. */
  readonly events: readonly SaidEvent[];
  readonly lines: readonly string[];
}

/** What is asked. */
export interface WhyNotQuestion {
  readonly rule: string;
  readonly subject?: string | undefined;
  readonly at: number;
}

/** What answers are read from. */
export interface WhyNotParts extends HeldBackParts {
  readonly alerts: AlertRepository;
  readonly rollbacks: RollbackRepository;
  readonly redirects: RedirectRepository;
  readonly segments: Pick<SegmentRepository, 'read'>;
  readonly catalogue: { readonly current: () => Catalogue };
}

type Finding = Pick<WhyNot, 'verdict' | 'because'> & Partial<Pick<WhyNot, 'value' | 'margin' | 'events'>>;

/** Rollbacks and redirects of one incident that are looked through for refusals. */
const ACTIONS_MAX = 500;
/** Events of an alert, and of its incident those that name it, that are read at most: the newest until the moment. */
const EVENTS_MAX = 100;

const rulesAt = async ({ database }: WhyNotParts, untilMs: number): Promise<readonly Rule[]> => {
  const ask = { stream: streamOf.rules, types: ['RulesLoaded'], untilMs, limit: 1 } as const;
  const [loaded] = await readNewest(database, ask);
  return loaded?.event.type === 'RulesLoaded' ? loaded.event.data.ruleSet.rules : [];
};

/** What an alert told until a moment, and its incident of it. */
const toldOf = async ({ database }: WhyNotParts, { alertId, incidentId }: AlertRow, untilMs: number) => {
  const stream = streamOf.alert(alertId);
  const bounded = { untilMs, limit: EVENTS_MAX };
  const [own, ofIncident, mutes] = await Promise.all([
    readNewest(database, { ...bounded, stream }),
    incidentId === null ? [] : readNewest(database, { ...bounded, stream: streamOf.incident(incidentId), alertId }),
    readNewest(database, { stream, types: ['AlertMuted', 'AlertUnmuted'], untilMs, limit: 1 }),
  ]);
  return { events: [...own, ...ofIncident], mutes };
};

const refusalsOf = async ({ rollbacks, redirects }: WhyNotParts, incidentId: string): Promise<readonly string[]> => {
  const filter = { incidentId, limit: ACTIONS_MAX };
  const all = [...(await rollbacks.list(filter)), ...(await redirects.list(filter))];
  return all.flatMap(({ refusals }) => refusals.map(({ rail, because }) => `rail ${rail} refused: ${because}`));
};

/** It fired: then the question is why nobody was paged, or nothing was done. */
const whyNoPage = async (parts: WhyNotParts, rule: Rule, alert: AlertRow, at: number): Promise<Finding> => {
  const { events, mutes } = await toldOf(parts, alert, at);
  const kept = keptFrom(mutes);
  if (kept !== undefined) return { verdict: kept.verdict, because: kept.because, events: kept.events };
  const held = await heldBack(parts, rule, at);
  const told = saidBy([...events, ...held.events]);
  if (alert.incidentId === null) {
    const because = `alert ${alert.alertId} fired and stands alone: a ${alert.severity} alert of ${alert.scope} opens no incident`;
    return { verdict: 'fired', because: [because, ...held.because].join('; '), events: told };
  }
  const refused = await refusalsOf(parts, alert.incidentId);
  const isOpener = events.some(({ event }) => event.type === 'IncidentOpened');
  const because = isOpener
    ? `it did: alert ${alert.alertId} opened incident ${alert.incidentId}`
    : `it did: alert ${alert.alertId} joined incident ${alert.incidentId}, whose page it shares`;
  return { verdict: 'fired', because: [because, ...refused, ...held.because].join('; '), events: told };
};

const marginOf = ({ comparison, threshold }: Rule, value: Measure['value']): number | null =>
  typeof value === 'number' ? (comparison === 'below' ? value - threshold : threshold - value) : null;

const isBeyond = ({ comparison, threshold }: Rule, value: Measure['value'] | undefined): boolean =>
  value === 'timeout'
    ? comparison === 'above'
    : typeof value === 'number' && (comparison === 'below' ? value < threshold : value > threshold);

const judge = (rule: Rule, measure: Measure): Finding => {
  const { value, good, bad, atLeast } = measure;
  const count = good + bad;
  const shown = { value: value === 'unknown' ? null : value, margin: marginOf(rule, value) };
  if (value === 'unknown' || count < rule.outcomesMin)
    return {
      ...shown,
      verdict: 'unknown',
      because: `${count} outcomes in the window, at least ${rule.outcomesMin} are needed: nothing is known`,
    };
  const text = describeMeasure(rule, measure, isBeyond(rule, value));
  if (!isBeyond(rule, value)) return { ...shown, verdict: 'within_threshold', because: text };
  if (rule.signal !== 'latency' && bad < rule.failuresMin)
    return {
      ...shown,
      verdict: 'minimum',
      because: `${text}, but by ${bad} failures; at least ${rule.failuresMin} are needed`,
    };
  if (atLeast !== undefined && !isBeyond(rule, atLeast))
    return {
      ...shown,
      verdict: 'not_sure',
      because: `${text}, but it may be ${atLeast} by chance (confidence ${100 * confidenceOf(rule)} %)`,
    };
  const held =
    rule.forMs > 0
      ? `the condition must hold for ${rule.forMs / 1_000} s`
      : 'the window was not whole when the tick was decided';
  return { ...shown, verdict: 'pending', because: `${text}, and no alert was open yet: ${held}` };
};

const isBreach = ({ verdict }: Finding): boolean => verdict === 'pending';

/** Of a rule with two windows both must breach: the one that did not says why. */
const judgePast = async (parts: WhyNotParts, rule: Rule, subject: AskedSubject, atMs: number): Promise<Finding> => {
  const { windowMs, shortWindowMs } = rule;
  const measure = await readPastMeasure(parts.segments, rule, subject, { atMs, windowMs });
  if ('unreadable' in measure)
    return {
      verdict: 'unreadable',
      because: `no alert was open, and its value then is not known: ${measure.unreadable}`,
    };
  const found = judge(rule, measure);
  if (shortWindowMs === undefined || !isBreach(found)) return found;
  const short = await readPastMeasure(parts.segments, rule, subject, { atMs, windowMs: shortWindowMs });
  const foundShort = 'unreadable' in short ? found : judge({ ...rule, windowMs: shortWindowMs }, short);
  if (isBreach(foundShort)) return found;
  const text = describeMeasure(rule, measure, true);
  return { ...foundShort, because: `${text}, but its short window does not say so: ${foundShort.because}` };
};

const find = async (parts: WhyNotParts, rule: Rule, subject: AskedSubject, at: number): Promise<Finding> => {
  if (!rule.scopes.includes(subject.scope))
    return {
      verdict: 'not_loaded',
      because: `rule ${rule.name} is evaluated for ${rule.scopes.join(', ')}, not for ${subject.scope}`,
    };
  const alert = await parts.alerts.openAt({ rule: rule.name, scope: subject.scope, key: subject.key, at });
  if (alert !== undefined) return whyNoPage(parts, rule, alert, at);
  // By the catalogue of today: what fired then was chosen then, whatever became of it.
  return whyNotChosen(rule, subject, parts.catalogue.current()) ?? judgePast(parts, rule, subject, at);
};

/** Why a rule paged nobody for a subject at a moment: from what is recorded, and from the segments, read again. */
export const whyNot = async (parts: WhyNotParts, question: WhyNotQuestion): Promise<WhyNot | Refusal> => {
  const { rule: name, at } = question;
  const subject = readSubject(question.subject);
  if (isRefusal(subject)) return subject;
  if (!Number.isFinite(at)) return refuse('QUERY_INVALID', 'expected a moment', 'at');
  const rules = await rulesAt(parts, at);
  const rule = rules.find((each) => each.name === name);
  const missing: Finding = {
    verdict: 'not_loaded',
    because: `no rule ${name} was loaded; there were ${rules.map((each) => each.name).join(', ')}`,
  };
  const found = rule === undefined ? missing : await find(parts, rule, subject, at);
  const { verdict, because, value = null, margin = null, events = [] } = found;
  const head = `${name} for ${subject.scope === 'fleet' ? 'the fleet' : `${subject.scope} ${subject.key}`} at ${new Date(at).toISOString()}: ${verdict.replace('_', ' ')}`;
  const distance =
    margin === null ? [] : [`margin ${Number(margin.toFixed(4))}: ${margin < 0 ? 'beyond' : 'short of'} the threshold`];
  const lines = [head, because, ...distance, ...events.map(({ id, text }) => `${text}  [${id}]`)];
  return {
    rule: name,
    subject,
    at,
    verdict,
    because,
    value,
    threshold: rule?.threshold ?? null,
    margin,
    events,
    lines,
  };
};
