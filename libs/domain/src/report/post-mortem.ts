import { type Cause, event, type EventOf, type Impact, type Priority } from '#contracts';
import { dollarsLost, moneyTold } from '../impact/money-lost.js';
import {
  dataOf,
  decisionsOf,
  type HurtCustomer,
  hurtCustomers,
  lowestCoverage,
  peakOf,
  type ReportedDecision,
  type UnknownSpan,
  unknownSpans,
} from './post-mortem-parts.js';
import type { PostMortemSource, ReportedDelivery } from './post-mortem-source.js';
import { timelineOf, type TimelineLine } from './post-mortem-timeline.js';
import { fellTo, type StudyDelay, studyDelays, tellingsOf } from './study-delays.js';

/** A fault is detected within two minutes of its onset (R44); the study took fifteen. */
export const DETECT_WITHIN_MS = 120_000;

/** How long it took; ms, null: it did not happen. */
export interface PostMortemDelays {
  /** From the first failure to the incident. */
  readonly detectMs: number | null;
  readonly detectTargetMs: number;
  readonly isDetectedInTime: boolean | null;
  /** From the incident to whoever took it on first. */
  readonly acknowledgeMs: number | null;
  /** From the first failure until nobody was hurt any more, as far as was measured; where nobody was counted, until the rollback was complete. */
  readonly mitigateMs: number | null;
  /** From the first failure to the resolution. */
  readonly resolveMs: number | null;
}

/** An incident, looked back on. Times are ms of log time. */
export interface PostMortem {
  readonly incidentId: string;
  readonly title: string;
  readonly priority: Priority | null;
  readonly rule: string;
  readonly scope: string;
  readonly key: string;
  readonly startedAtMs: number;
  readonly openedAtMs: number;
  readonly resolvedAtMs: number | null;
  readonly delays: PostMortemDelays;
  readonly study: readonly StudyDelay[];
  readonly peak: Impact;
  readonly peakDollarsPerMinute: number;
  readonly cumulativeDollars: number;
  readonly customers: readonly HurtCustomer[];
  readonly causes: readonly Cause[];
  readonly decisions: readonly ReportedDecision[];
  readonly deliveries: readonly ReportedDelivery[];
  readonly acknowledgements: readonly { readonly atMs: number; readonly by: string; readonly note: string }[];
  readonly statusUpdates: readonly {
    readonly n: number;
    readonly atMs: number;
    readonly state: string;
    readonly by: string;
    readonly text: string;
  }[];
  readonly runbookResults: readonly {
    readonly step: string;
    readonly atMs: number;
    readonly by: string;
    readonly output: string;
  }[];
  /** null: no decision says. */
  readonly lowestCoverage: number | null;
  readonly unknown: readonly UnknownSpan[];
  /** What the record does not say. */
  readonly notKnown: readonly string[];
  readonly timeline: readonly TimelineLine[];
  readonly timelineLeftOut: number;
}

type Opened = EventOf<'IncidentOpened'>['data'];

const NOBODY: Impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};

const since = (fromMs: number, atMs: number | undefined): number | null =>
  atMs === undefined ? null : Math.max(0, atMs - fromMs);

/** Whoever took it on, or gave it to another: both answered. */
const answersIn = ({ events }: PostMortemSource): PostMortem['acknowledgements'] =>
  events.flatMap(({ atMs, event }) => {
    if (event.type === 'IncidentAcknowledged') return [{ atMs, by: event.data.by, note: event.data.note }];
    if (event.type !== 'IncidentHandedOver') return [];
    const { by, to, note } = event.data;
    return [{ atMs, by, note: `handed over to ${to}${note === '' ? '' : `: ${note}`}` }];
  });

const delaysOf = (source: PostMortemSource, opened: Opened): PostMortemDelays => {
  const { onsetAt, at: openedAtMs } = opened;
  const startedAtMs = onsetAt ?? openedAtMs;
  const detectMs = onsetAt === undefined ? null : openedAtMs - onsetAt;
  const answered = answersIn(source)[0];
  const isCounted = tellingsOf(source.events).some(({ impact }) => impact.affectedCustomers > 0);
  const completed = isCounted ? undefined : dataOf(source, 'RollbackCompleted')[0]?.atMs;
  return {
    detectMs,
    detectTargetMs: DETECT_WITHIN_MS,
    isDetectedInTime: detectMs === null ? null : detectMs <= DETECT_WITHIN_MS,
    acknowledgeMs: since(openedAtMs, answered?.atMs),
    mitigateMs: since(startedAtMs, fellTo(0)(source.events) ?? completed),
    resolveMs: since(startedAtMs, dataOf(source, 'IncidentResolved')[0]?.atMs),
  };
};

const notKnownOf = (source: PostMortemSource, mortem: Omit<PostMortem, 'notKnown'>): readonly string[] => {
  const { delays, causes, peak, customers, unknown, timelineLeftOut, deliveries } = mortem;
  const unanswered = deliveries.filter(({ status }) => status === 'due').length;
  const said: readonly (string | false)[] = [
    delays.detectMs === null &&
      'When it began: no window shows the first failure; delays are counted from the detection.',
    !causes.some(({ verdict }) => verdict === 'proved') && 'What caused it: no change is proved to explain it.',
    delays.acknowledgeMs === null && 'Who took it on: nobody acknowledged it.',
    peak.affectedCustomers === 0 && 'Whom it hurt: no customer was counted.',
    peak.affectedCustomers > customers.length &&
      `Who all was hurt: ${peak.affectedCustomers} customers at the worst moment, ${customers.length} are named here.`,
    mortem.statusUpdates.length === 0 && 'What the public knew: no status update was published.',
    unknown.length > 0 && 'What happened while telemetry was missing: alerts could not be judged then.',
    unanswered > 0 && `Whether ${unanswered} deliveries arrived: they were still due.`,
    dataOf(source, 'RunbookResultAttached').length === 0 &&
      'What it looked like from outside: no result of the runbook was attached.',
    timelineLeftOut > 0 && `What ${timelineLeftOut} further lines of the timeline say: it ends before them.`,
  ];
  return said.filter((each) => each !== false);
};

const factsOf = (source: PostMortemSource, opened: Opened) => {
  const { events } = source;
  const startedAtMs = opened.onsetAt ?? opened.at;
  const resolvedAtMs = dataOf(source, 'IncidentResolved')[0]?.atMs ?? null;
  const endMs = resolvedAtMs ?? events.at(-1)?.atMs ?? opened.at;
  const money = moneyTold(events.map(({ event }) => event));
  return {
    startedAtMs,
    openedAtMs: opened.at,
    resolvedAtMs,
    peak: peakOf(events) ?? NOBODY,
    peakDollarsPerMinute: Math.max(0, ...money.map(({ dollarsPerMinute }) => dollarsPerMinute)),
    cumulativeDollars: Math.round(100 * dollarsLost(money, endMs)) / 100,
    customers: hurtCustomers(events, endMs),
    decisions: decisionsOf(events),
    study: studyDelays(events, startedAtMs),
    lowestCoverage: lowestCoverage(events),
    unknown: unknownSpans(events),
  };
};

const peopleOf = (source: PostMortemSource) => ({
  acknowledgements: answersIn(source),
  statusUpdates: dataOf(source, 'StatusUpdatePublished').map(({ n, atMs, by, update }) => ({
    n,
    atMs,
    state: update.state,
    by,
    text: update.text,
  })),
  runbookResults: dataOf(source, 'RunbookResultAttached').map(({ step, atMs, by, output }) => ({
    step,
    atMs,
    by,
    output,
  })),
});

/** Looks back on an incident: everything follows from its events; undefined where none opens it. */
export const postMortemOf = (source: PostMortemSource): PostMortem | undefined => {
  const [opened] = dataOf(source, 'IncidentOpened');
  if (opened === undefined) return undefined;
  // The root may have changed since: the last word stands.
  const { title, rule, scope, key } = dataOf(source, 'IncidentCauseChanged').at(-1) ?? opened;
  const facts = factsOf(source, opened);
  const { lines, leftOut } = timelineOf(source, facts.startedAtMs);
  const mortem = {
    incidentId: opened.incidentId,
    title,
    priority: dataOf(source, 'IncidentDeclared').at(-1)?.priority ?? null,
    rule,
    scope,
    key,
    delays: delaysOf(source, opened),
    ...facts,
    causes: dataOf(source, 'IncidentCausesRanked').at(-1)?.causes ?? [],
    deliveries: source.deliveries,
    ...peopleOf(source),
    timeline: lines,
    timelineLeftOut: leftOut,
  };
  return { ...mortem, notKnown: notKnownOf(source, mortem) };
};

/** That it was drafted, with its hash and what it says first. */
export const draftedPostMortem = (
  mortem: PostMortem,
  { sha256, at }: { readonly sha256: string; readonly at: number },
): EventOf<'PostMortemDrafted'> => {
  const { detectMs, acknowledgeMs, mitigateMs, resolveMs } = mortem.delays;
  return event('PostMortemDrafted', {
    incidentId: mortem.incidentId,
    sha256,
    detectMs,
    acknowledgeMs,
    mitigateMs,
    resolveMs,
    peakCustomers: mortem.peak.affectedCustomers,
    cumulativeDollars: mortem.cumulativeDollars,
    statusUpdates: mortem.statusUpdates.length,
    at,
  });
};
