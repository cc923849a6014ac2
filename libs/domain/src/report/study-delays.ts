import type { EventData, EventType } from '#contracts';
import type { ReportedEvent } from './post-mortem-source.js';

/** A delay of the incident study, what is aimed at, and how long it took here; ms from the first failure. */
export interface StudyDelay {
  readonly row: string;
  readonly what: string;
  readonly studyMs: number;
  /** null: none is set. */
  readonly targetMs: number | null;
  /** From what the target is counted; the delay itself is counted from the first failure always. */
  readonly targetFrom: 'failure' | 'decision';
  /** null: it did not happen. */
  readonly oursMs: number | null;
  /** null: no target, or it did not happen. */
  readonly isHeld: boolean | null;
}

/** Finds what happened first, or what was known first. */
interface Milestone {
  readonly row: string;
  readonly what: string;
  readonly studyMinutes: number;
  readonly targetMs: number | null;
  readonly targetFrom?: StudyDelay['targetFrom'];
  readonly find: (events: readonly ReportedEvent[]) => number | undefined;
}

const MINUTE_MS = 60_000;

const first =
  <T extends EventType>(type: T, holds: (data: EventData<T>) => boolean = () => true) =>
  (events: readonly ReportedEvent[]): number | undefined =>
    events.find(({ event }) => event.type === type && holds(event.data as EventData<T>))?.atMs;

/** Who was hurt, each time it was told. */
export const tellingsOf = (events: readonly ReportedEvent[]) =>
  events.flatMap(({ atMs, event }) =>
    event.type === 'IncidentOpened' || event.type === 'IncidentImpactChanged'
      ? [{ atMs, impact: event.data.impact }]
      : [],
  );

const assessed = (events: readonly ReportedEvent[]): number | undefined =>
  tellingsOf(events).find(({ impact }) => impact.affectedCustomers > 0)?.atMs;

/** From when on never more than a share of the most were hurt again. */
export const fellTo =
  (share: number) =>
  (events: readonly ReportedEvent[]): number | undefined => {
    const tellings = tellingsOf(events);
    const most = Math.max(0, ...tellings.map(({ impact }) => impact.affectedCustomers));
    if (most === 0) return undefined;
    const last = tellings.findLastIndex(({ impact }) => impact.affectedCustomers > share * most);
    return tellings[last + 1]?.atMs;
  };

/** When a share of the inventory was found silent; a rule of presence says which. */
const deadShareKnown = first('AlertFired', ({ reason }) => reason.signal === 'silent_share');

/** When the last latency that was out of its bounds was within them again. */
const latencyAtBaseline = (events: readonly ReportedEvent[]): number | undefined => {
  const slow = new Map<string, number | undefined>();
  for (const { atMs, event } of events)
    if (event.type === 'AlertFired' && event.data.reason.signal === 'latency') slow.set(event.data.alertId, undefined);
    else if (event.type === 'AlertResolved' && slow.has(event.data.alertId)) slow.set(event.data.alertId, atMs);
  const ends = [...slow.values()];
  return ends.length === 0 || ends.includes(undefined) ? undefined : Math.max(...ends.map((each) => each ?? 0));
};

/** R104 to R111. */
const MILESTONES: readonly Milestone[] = [
  { row: 'R104', what: 'detected', studyMinutes: 11, targetMs: 30_000, find: first('IncidentOpened') },
  { row: 'R104', what: 'P0 declared', studyMinutes: 11, targetMs: 45_000, find: first('IncidentDeclared') },
  {
    row: 'R105',
    what: 'share of dead servers known',
    studyMinutes: 18,
    targetMs: MINUTE_MS,
    find: deadShareKnown,
  },
  {
    row: 'R106',
    what: 'deployment halted',
    studyMinutes: 28,
    targetMs: 0,
    targetFrom: 'decision',
    find: first('RolloutHalted'),
  },
  { row: 'R107', what: 'rollback started', studyMinutes: 33, targetMs: 90_000, find: first('WaveCommanded') },
  { row: 'R107', what: 'rollback effective', studyMinutes: 103, targetMs: 10 * MINUTE_MS, find: first('WaveVerified') },
  {
    row: 'R108',
    what: 'first public status update',
    studyMinutes: 38,
    targetMs: 2 * MINUTE_MS,
    find: first('StatusUpdatePublished'),
  },
  { row: 'R109', what: 'impact assessed', studyMinutes: 98, targetMs: 15_000, find: assessed },
  { row: 'R110', what: 'half of the customers well', studyMinutes: 128, targetMs: 10 * MINUTE_MS, find: fellTo(0.5) },
  { row: 'R110', what: '90 % of the customers well', studyMinutes: 158, targetMs: 10 * MINUTE_MS, find: fellTo(0.1) },
  {
    row: 'R110',
    what: 'all servers on the good release',
    studyMinutes: 163,
    targetMs: 10 * MINUTE_MS,
    find: first('RollbackCompleted'),
  },
  {
    row: 'R110',
    what: 'resolution times at their baseline',
    studyMinutes: 168,
    targetMs: 10 * MINUTE_MS,
    find: latencyAtBaseline,
  },
  { row: 'R111', what: 'last customer well', studyMinutes: 188, targetMs: null, find: fellTo(0) },
  { row: 'R111', what: 'resolved', studyMinutes: 193, targetMs: null, find: first('IncidentResolved') },
];

/** Every delay of the study beside ours, counted from a moment. */
export const studyDelays = (events: readonly ReportedEvent[], fromMs: number): readonly StudyDelay[] => {
  const decidedMs = first('RollbackDecided')(events);
  return MILESTONES.map(({ row, what, studyMinutes, targetMs, targetFrom = 'failure', find }): StudyDelay => {
    const atMs = find(events);
    const targetFromMs = targetFrom === 'decision' ? decidedMs : fromMs;
    const isKnown = atMs !== undefined && targetMs !== null && targetFromMs !== undefined;
    return {
      row,
      what,
      studyMs: studyMinutes * MINUTE_MS,
      targetMs,
      targetFrom,
      oursMs: atMs === undefined ? null : Math.max(0, atMs - fromMs),
      isHeld: isKnown ? atMs - targetFromMs <= targetMs : null,
    };
  });
};
