import {
  type Event,
  event,
  type EventOf,
  type Impact,
  type Mute,
  type OnCallPlan,
  onCallPlanSchema,
  type Reason,
} from '#contracts';
import { type Escalation, evolveEscalation, isEscalationEvent } from '../escalation/escalation.js';
import { policyFor } from '../escalation/policy.decide.js';
import { subjectOf } from '../escalation/escalation.fixture.js';
import { callRoute } from './call-routes.js';
import type { Addressee, CalledContact } from './called-contact.js';
import { isPage } from './page-event.js';
import { decidePageRoutes } from './page-routes.decide.js';
import { statusKeyOf } from './page-keys.js';
import type { PagedIncident } from './paged-incident.js';
import { reachBy } from './reach.js';
import type { Route } from './route.js';

/** When an event of a test happens, ms. */
export const AT_MS = 1_000_000;

/** Channels that are set up; `status` is for no pages. */
const CHANNELS = [
  { name: 'pagerduty', subject: 'page' },
  { name: 'slack', subject: 'page' },
  { name: 'status', subject: 'status' },
] as const;

const personOf = (name: string, channel = 'pagerduty') => ({
  person: name,
  contacts: [{ channel, address: name }],
});

/** A plan that calls alice, then bob, beside a VP vera; carol has only a channel that is not set up. */
export const planOf = (changes: Partial<OnCallPlan['policies'][number]> = {}): OnCallPlan =>
  onCallPlanSchema.parse({
    people: [personOf('alice'), personOf('bob'), personOf('vera'), personOf('carol', 'pigeon')],
    schedules: [],
    vp: { person: 'vera' },
    policies: [
      {
        policy: 'dns',
        levels: [
          { call: [{ person: 'alice' }], waitMs: 240_000 },
          { call: [{ person: 'bob' }], waitMs: 300_000 },
        ],
        repeats: 1,
        raises: [],
        acknowledgedForMs: 1_800_000,
        ...changes,
      },
    ],
  });

/** Why an incident of a test is muted. */
export const MUTE: Mute = { by: 'silence', id: 's1', untilMs: null, because: 'silence s1' };

/** An impact that hurts as many customers as its score says. */
export const impactOf = (score: number): Impact => ({
  affectedCustomers: score,
  byTier: { tier1: 0, tier2: 0, tier3: score },
  score,
  dollarsPerMinute: 500 * score,
  top: [],
});

const REASON: Reason = {
  rule: 'R17',
  signal: 'success_rate',
  text: 'success 23 % < 99 % over 1m',
  value: 0.23,
  threshold: 0.99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};

/** The incident opens. */
export const opened = (changes: Partial<EventOf<'IncidentOpened'>['data']> = {}): EventOf<'IncidentOpened'> =>
  event('IncidentOpened', {
    incidentId: 'in1',
    title: 'success 23 %',
    severity: 'critical',
    alertId: 'al1',
    rule: 'R17',
    scope: 'fleet',
    key: 'fleet',
    reason: REASON,
    impact: impactOf(1),
    at: AT_MS,
    ...changes,
  });

/** What a story holds after its events, as the rows of the store do. */
interface Story {
  readonly plan: OnCallPlan | undefined;
  readonly incident: PagedIncident;
  readonly escalation: Escalation | undefined;
  readonly called: readonly CalledContact[];
  /** Channels that paged it without the database. */
  readonly spooled: readonly string[];
  /** The version of the incident's stream. */
  readonly version: number;
  readonly routes: readonly Route[];
}

const incidentAfter = (incident: PagedIncident, told: Event): PagedIncident => {
  if (told.type === 'IncidentOpened') return { ...incident, muted: told.data.muted ?? null };
  if (told.type === 'IncidentUnmuted') return { ...incident, muted: null };
  return told.type === 'IncidentEscalated'
    ? { ...incident, escalations: [...incident.escalations, told.data] }
    : incident;
};

const escalationAfter = (escalation: Escalation | undefined, told: Event): Escalation | undefined =>
  isEscalationEvent(told) ? evolveEscalation(escalation, told) : escalation;

const spooledBy = (told: Event): readonly string[] => (told.type === 'PageSpooled' ? [told.data.channel] : []);

/** Who a route calls: every channel of pages, where it names nobody. */
const callsOf = ({ action, dedupKey, to }: Route): readonly CalledContact[] => {
  if (action !== 'trigger' && action !== 'escalate') return [];
  const all = CHANNELS.filter(({ subject }) => subject === 'page').map(({ name }) => ({ channel: name }));
  const receivers: readonly Addressee[] = to ?? all;
  return receivers.map(({ channel, address = null, person = null }) => ({ dedupKey, channel, address, person }));
};

/** Everything of an append is in the rows by the time its pages are decided; of an escalation, what was told until then. */
const append = (story: Story, events: readonly Event[]): Story => {
  const { plan } = story;
  const spooled = [...story.spooled, ...events.flatMap(spooledBy)];
  const incident = events.reduce(incidentAfter, story.incident);
  const last = events.reduce(escalationAfter, story.escalation);
  let { called, version } = story;
  const routes: Route[] = [];
  let own = story.escalation;
  for (const told of events) {
    own = escalationAfter(own, told);
    if (!isEscalationEvent(told)) version += 1;
    const escalation = isEscalationEvent(told) ? own : last;
    const calls = plan && {
      reach: reachBy({ plan, overrides: [] }, CHANNELS),
      escalation,
      policy: escalation === undefined ? policyFor(plan, subjectOf()) : undefined,
      called,
      ...(told.type === 'IncidentResolved' ? { spooled } : {}),
    };
    if (told.type === 'StatusUpdateOverdue' && calls !== undefined)
      called = [...called, ...callsOf(callRoute({ to: 'on_call' }, statusKeyOf('in1'), told.data.at, calls))];
    if (!isPage(told)) continue;
    const decided = decidePageRoutes(told, { calls, incident, version });
    routes.push(...decided);
    called = [...called, ...decided.flatMap(callsOf)];
  }
  return { plan, incident, escalation: last, called, spooled, version, routes };
};

const wordsOf = ({ action, dedupKey, to }: Route): string => {
  const receivers = to?.map((each) => each.person ?? each.channel).join('+') ?? 'everybody';
  return `${receivers} ${action} ${dedupKey}`;
};

/** Given a plan, or none, and appends, each of one event or of several; when one more happens; then these pages are asked for. */
export const given = (plan: OnCallPlan | undefined, ...appends: readonly (Event | readonly Event[])[]) => {
  const nothing: Story = {
    plan,
    incident: { incidentId: 'in1', muted: null, escalations: [] },
    escalation: undefined,
    called: [],
    spooled: [],
    version: 0,
    routes: [],
  };
  const before = appends.reduce<Story>((story, each) => append(story, [each].flat()), nothing);
  return {
    when: (...events: readonly Event[]) => {
      const { routes } = append(before, events);
      return {
        thenPages: (...expected: readonly string[]): void => expect(routes.map(wordsOf)).toEqual(expected),
        thenSays: (...expected: readonly unknown[]): void => expect(routes.map(({ says }) => says)).toEqual(expected),
      };
    },
  };
};
