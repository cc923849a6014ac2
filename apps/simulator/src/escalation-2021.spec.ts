import { fileURLToPath } from 'node:url';
import { readOnCallFile } from '#config';
import type { CalledTarget, Event, OnCallPlan } from '#contracts';
import {
  checkOnCallPlan,
  contactsOf,
  decideEscalationDue,
  decideEscalationEnd,
  decideEscalationRaise,
  decideEscalationStart,
  type Escalation,
  evolveEscalation,
  isEscalationEvent,
  isLevelCall,
  type PolicySubject,
  type Reaches,
} from '#domain';
import { dayOf2021, struckNodes } from './decisions.fixture.js';
import type { EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet } from './fleet.js';

const EXAMPLE = fileURLToPath(new URL('../../../../docs/on-call.yml', import.meta.url));

const MINUTE_MS = 60_000;
const LEAD_S = 60;

/** The plan that is shipped, as if it had begun in the year of the incident. */
const planOf2021 = (): OnCallPlan => {
  const { config } = readOnCallFile(EXAMPLE, (plan) => checkOnCallPlan(plan, { nowMs: Date.UTC(2026, 6, 22) }));
  if (config === undefined) throw new Error('the example is wrong');
  const schedules = config.plan.schedules.map((schedule) => ({
    ...schedule,
    rotations: schedule.rotations.map((each) => ({ ...each, startsAt: each.startsAt.replace('2026', '2021') })),
  }));
  return { ...config.plan, schedules };
};

type Told = EventTimeDay['told'];

/** What a projection knows of the incident after an event. */
const subjectAfter = (subject: PolicySubject | undefined, told: Event): PolicySubject | undefined => {
  if (told.type === 'IncidentOpened') {
    const { severity, impact, rule, key } = told.data;
    const { score: impactScore, dollarsPerMinute } = impact;
    return { severity, priority: null, impactScore, dollarsPerMinute, rule, regions: key.split('|'), services: [] };
  }
  if (subject === undefined) return undefined;
  if (told.type === 'IncidentDeclared') return { ...subject, priority: told.data.priority };
  if (told.type === 'AlertJoinedIncident' && told.data.severity === 'critical')
    return { ...subject, severity: 'critical' };
  if (told.type !== 'IncidentImpactChanged') return subject;
  const { score: impactScore, dollarsPerMinute } = told.data.impact;
  return { ...subject, impactScore, dollarsPerMinute };
};

/** Whom a call reaches, where every channel is set up. */
const reachedBy = (plan: OnCallPlan, call: readonly CalledTarget[], atMs: number): readonly string[] =>
  contactsOf(plan, [], call, atMs).reached.map(({ person, contact }) => person ?? contact.channel);

/** Who is called on the day, when nobody answers: appends are the ticks, and timers are looked at when they are due. */
class CalledDay {
  readonly calls: Event[] = [];
  private escalation: Escalation | undefined;
  private subject: PolicySubject | undefined;

  constructor(private readonly plan: OnCallPlan) {}

  play(told: Told): this {
    for (const atMs of new Set(told.map((each) => each.atMs))) {
      this.waitUntil(atMs);
      const append = told.filter((each) => each.atMs === atMs).map((each) => each.event);
      this.subject = append.reduce(subjectAfter, this.subject);
      for (const each of append) this.take(this.decide(each, atMs));
    }
    return this;
  }

  private decide(told: Event, atMs: number): readonly Event[] {
    const reaches: Reaches = (call) => reachedBy(this.plan, call, atMs).length > 0;
    if (this.subject === undefined) return [];
    if (told.type === 'IncidentOpened' && this.escalation === undefined)
      return decideEscalationStart(this.plan, told.data.incidentId, this.subject, { atMs, reaches });
    if (told.type === 'IncidentResolved') return decideEscalationEnd(this.escalation, told.data.because, atMs);
    return ['IncidentImpactChanged', 'IncidentDeclared', 'AlertJoinedIncident'].includes(told.type)
      ? decideEscalationRaise(this.escalation, this.subject, { atMs, reaches })
      : [];
  }

  private waitUntil(atMs: number): void {
    for (;;) {
      const dueAtMs = this.escalation?.state === 'running' ? this.escalation.dueAtMs : Infinity;
      if (dueAtMs > atMs) return;
      this.take(decideEscalationDue(this.escalation, dueAtMs));
    }
  }

  private take(events: readonly Event[]): void {
    for (const each of events) {
      this.calls.push(each);
      if (isEscalationEvent(each)) this.escalation = evolveEscalation(this.escalation, each);
    }
  }
}

describe('who is called on the day of 2021, by the plan that is shipped', () => {
  const fleet = buildFleet(48);
  const day = dayOf2021(fleet, 20_210_722, 50);
  day.play(LEAD_S, 1_000);
  day.corrupt(struckNodes(fleet));
  day.play(60);
  day.playUntil('IncidentResolved', 1_800, 1_000);
  const plan = planOf2021();
  const { calls } = new CalledDay(plan).play(day.told);
  const opened = day.all('IncidentOpened')[0]!;
  const levels = calls.filter(isLevelCall).map(({ type, data: { level, at } }) => ({ type, level, at }));

  it('R45: whoever is on call is called as the incident opens, the next within five minutes of it', () => {
    expect(levels[0]).toEqual({ type: 'EscalationStarted', level: 1, at: opened.atMs });
    const second = levels.find(({ level }) => level === 2);
    expect(second?.at).toBeLessThanOrEqual(opened.atMs + 5 * MINUTE_MS);
    expect(reachedBy(plan, plan.policies[0]!.levels[0]!.call, opened.atMs)).not.toEqual([]);
  });

  it('R45: also where money raises nothing, by the time that the first level has', () => {
    const policies = plan.policies.map((policy) => ({ ...policy, raises: [] }));
    const second = new CalledDay({ ...plan, policies })
      .play(day.told)
      .calls.filter(isLevelCall)
      .find(({ data }) => data.level === 2);
    expect(second).toMatchObject({ type: 'EscalationAdvanced', data: { at: opened.atMs + 4 * MINUTE_MS } });
  });

  it('R24, R47: the VP of the plan is called when the impact is over 1000, and by the last level when nobody answers', () => {
    const [called] = day.all('IncidentEscalated').filter(({ data }) => data.to === 'vp');
    const firstOver = day.all('IncidentImpactChanged').find(({ data }) => data.impact.score > 1_000);
    expect(called?.atMs).toBeLessThanOrEqual(firstOver?.atMs ?? -Infinity);
    expect(reachedBy(plan, [{ vp: true }], called?.atMs ?? NaN)).toEqual(['victor', 'victor']);
    expect(levels.map(({ level }) => level)).toEqual([1, 2, 3]);
  });

  it('nobody is called any more when the incident is over', () => {
    expect(calls.at(-1)?.type).toBe('EscalationEnded');
  });
});
