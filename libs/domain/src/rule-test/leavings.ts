import { type Event, type EventData, releaseName } from '#contracts';
import type { PlayedEvent } from './play-rule-test.js';
import type { Leaving, OnCall } from './rule-test.js';

/** Who is paged when an incident opens: its alerts have no other policy yet. */
export const DEFAULT_POLICY = 'default';

const commandOf = ({ command }: EventData<'CommandIssued'>): Omit<Leaving, 'afterMs'> => {
  const { action, to, wave, audience } = command;
  const release = releaseName(to);
  const text = `command: ${action} to ${release}, wave ${wave}, ${audience.length} nodes`;
  return { kind: 'command', what: action, to: release, text };
};

/** What is told ahead or beside of pages; undefined for other events. */
const noticeOf = (event: Event): Omit<Leaving, 'afterMs'> | undefined => {
  const notice = (what: string, text: string) => ({ kind: 'notice' as const, what, to: undefined, text });
  if (event.type === 'SilenceEndsSoon')
    return notice('silence_ends', `notice: a silence ends soon, which mutes ${event.data.muting} alerts`);
  if (event.type === 'MaintenanceEndsSoon')
    return notice('maintenance_ends', `notice: maintenance ends soon, which mutes ${event.data.muting} alerts`);
  if (event.type !== 'MaintenanceBrokenThrough') return undefined;
  return notice('maintenance_broken', `notice: worse than maintenance may be: ${event.data.because}`);
};

/** An incident, as far as it decides who is paged. */
interface Paging {
  readonly title: string;
  isMuted: boolean;
  /** Who is called above the page. */
  readonly called: string[];
}

/** What leaves, from the events of a test in their order: pages as the dispatcher sends them, which holds back those of a muted incident. */
class Leavings {
  readonly all: Leaving[] = [];
  private readonly incidents = new Map<string, Paging>();

  constructor(private readonly onCall: readonly OnCall[]) {}

  take({ afterMs, event }: PlayedEvent): void {
    if (event.type === 'IncidentOpened') this.open(afterMs, event.data);
    if (event.type === 'IncidentUnmuted') this.unmute(afterMs, event.data);
    if (event.type === 'IncidentEscalated') this.call(afterMs, event.data);
    const other = event.type === 'CommandIssued' ? commandOf(event.data) : noticeOf(event);
    if (other !== undefined) this.all.push({ afterMs, ...other });
  }

  private open(afterMs: number, { incidentId, title, muted }: EventData<'IncidentOpened'>): void {
    this.incidents.set(incidentId, { title, isMuted: muted !== undefined, called: [] });
    if (muted === undefined) return this.page(afterMs, DEFAULT_POLICY, title);
    this.all.push({
      afterMs,
      kind: 'muted',
      what: muted.by,
      to: undefined,
      text: `muted: ${title} (${muted.because})`,
    });
  }

  /** Who was called while the page was held back is called now. */
  private unmute(afterMs: number, { incidentId, because }: EventData<'IncidentUnmuted'>): void {
    const incident = this.incidents.get(incidentId);
    if (incident === undefined) return;
    incident.isMuted = false;
    for (const policy of [DEFAULT_POLICY, ...incident.called])
      this.page(afterMs, policy, `${incident.title} (${because})`);
  }

  /** What went wrong with a redirect, a rollback or a fallback is told though the incident is muted: whoever muted it does not know of it. */
  private call(
    afterMs: number,
    { incidentId, to, because, redirect, rollback, fallback }: EventData<'IncidentEscalated'>,
  ): void {
    if ((redirect ?? rollback ?? fallback) !== undefined) return this.page(afterMs, to, because);
    const incident = this.incidents.get(incidentId);
    incident?.called.push(to);
    if (incident?.isMuted === false) this.page(afterMs, to, because);
  }

  private page(afterMs: number, policy: string, why: string): void {
    const duty = this.onCall.find(
      ({ policy: of, between }) => of === policy && between.fromMs <= afterMs && afterMs <= between.toMs,
    );
    const who = duty === undefined ? policy : `${policy}, to ${duty.person}`;
    this.all.push({ afterMs, kind: 'page', what: policy, to: duty?.person, text: `page ${who}: ${why}` });
  }
}

/** Pages, pages that are held back, notices and commands of a test, in their order. */
export const leavingsOf = (events: readonly PlayedEvent[], onCall: readonly OnCall[]): readonly Leaving[] => {
  const leavings = new Leavings(onCall);
  for (const played of events) leavings.take(played);
  return leavings.all;
};
