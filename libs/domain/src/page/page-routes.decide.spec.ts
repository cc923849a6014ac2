import { event, type EventOf, type OnCallPlan } from '#contracts';
import { AT_MS, given, impactOf, MUTE, opened, planOf } from './page-story.fixture.js';

const of = { incidentId: 'in1', at: AT_MS };
const ofAlert = { ...of, alertId: 'al1' };
const dueAtMs = AT_MS + 240_000;
/** The first level is called, by the policy of a plan. */
const started = (plan: OnCallPlan, level = 1): EventOf<'EscalationStarted'> =>
  event('EscalationStarted', { ...of, policy: plan.policies[0]!, level, because: 'policy dns', dueAtMs });
const advanced = (level: number, round = 0) =>
  event('EscalationAdvanced', { ...of, level, round, because: 'nobody answered', dueAtMs });
const raised = (level: number) =>
  event('EscalationRaised', { ...of, level, round: 0, because: 'impact score 1,200 ≥ 1,000', dueAtMs });
const exhausted = event('EscalationExhausted', { ...of, because: 'nobody answered' });
const acknowledged = event('IncidentAcknowledged', { ...of, by: 'operator:bob', note: '' });
const snoozed = event('IncidentSnoozed', { ...of, by: 'operator:alice', untilMs: AT_MS + 1, comment: 'busy' });
const handed = (to: string, note = 'yours') => event('IncidentHandedOver', { ...of, by: 'operator:alice', to, note });
const resolved = event('IncidentResolved', { ...of, because: 'success 100 %' });
const unmuted = event('IncidentUnmuted', { ...ofAlert, because: 'the silence ended', at: AT_MS + 1_000 });
type Calls = Partial<EventOf<'IncidentEscalated'>['data']>;
const called = (to: 'vp' | 'on_call' = 'vp', changes: Calls = {}) =>
  event('IncidentEscalated', { ...ofAlert, to, because: 'impact', ...changes });
const joined = (count: number) => called('on_call', { joined: { count } });
const redirect = { redirectId: 'r1', step: 'resume' } as const;
const spooledBy = (channel: string) =>
  event('PageSpooled', {
    spoolId: 's1',
    channel,
    dedupKey: 'in1',
    title: 'success 23 %',
    outcome: 'delivered',
    status: 202,
    detail: 'ok',
    spooledAtMs: AT_MS,
    at: AT_MS,
  });
const worse = event('IncidentImpactChanged', { ...of, impact: impactOf(9) });
const asked = event('StatusUpdateRequested', { ...ofAlert, because: 'success 23 %', impact: impactOf(9) });

const PLAN = planOf();
const OTHERS = planOf({ when: { rules: ['another'] } });
/** Alice was called by the page. */
const PAGED = [opened(), started(PLAN)];

describe('without a plan', () => {
  it('every channel is told of everything under the key of the incident', () => {
    given(undefined).when(opened()).thenPages('everybody trigger in1');
    given(undefined, opened()).when(worse).thenPages('everybody update in1');
    given(undefined, opened()).when(asked).thenPages('everybody request in1');
    given(undefined, opened()).when(acknowledged).thenPages('everybody acknowledge in1');
    given(undefined, opened()).when(resolved).thenPages('everybody resolve in1');
  });

  it('whoever is called beside the page is called by another key, which is acknowledged and ends with the incident', () => {
    given(undefined, opened()).when(called()).thenPages('everybody escalate in1:vp');
    given(undefined, opened(), called(), joined(3))
      .when(acknowledged)
      .thenPages(
        'everybody acknowledge in1',
        'everybody acknowledge in1:vp',
        'everybody acknowledge in1:on_call:joined:3',
      );
    given(undefined, opened(), called(), joined(3))
      .when(resolved)
      .thenPages('everybody resolve in1', 'everybody resolve in1:vp', 'everybody resolve in1:on_call:joined:3');
    given(undefined, opened(), called(), joined(3)).when(worse).thenPages('everybody update in1');
  });

  it('nobody hears of levels, of a hand-over or of a snooze', () => {
    given(undefined, opened())
      .when(...PAGED.slice(1), advanced(2), raised(2), exhausted)
      .thenPages();
    given(undefined, opened()).when(handed('bob')).thenPages();
    given(undefined, opened()).when(snoozed).thenPages();
  });
});

describe('an incident that opens', () => {
  it('pages level 1 alone, under its own key, and says of which policy that is', () => {
    given(PLAN)
      .when(...PAGED)
      .thenPages('alice trigger in1');
    given(PLAN)
      .when(...PAGED)
      .thenSays({ level: { policy: 'dns', level: 1, levels: 2, round: 0, because: 'policy dns', dueAtMs } });
  });

  it('pages every channel where no policy is for it', () => {
    given(OTHERS).when(opened()).thenPages('everybody trigger in1');
    given(OTHERS, opened()).when(resolved).thenPages('pagerduty+slack resolve in1');
  });

  it('calls nobody by a level that reaches nobody, and the next level by its own key', () => {
    const gap = planOf({ levels: [{ call: [{ person: 'zoe' }], waitMs: 1 }, ...PLAN.policies[0]!.levels] });
    given(gap).when(opened(), started(gap)).thenPages();
    given(gap, [opened(), started(gap)])
      .when(advanced(2))
      .thenPages('alice trigger in1');
  });

  it('says whom a level does not reach, through a channel that is not set up or not for pages', () => {
    const part = planOf({
      levels: [{ call: [{ person: 'carol' }, { channel: 'status' }, { person: 'bob' }], waitMs: 1 }],
    });
    given(part).when(opened(), started(part)).thenPages('bob trigger in1');
    given(part)
      .when(opened(), started(part))
      .thenSays({
        level: expect.objectContaining({
          unreached: ['channel pigeon is not set up', 'channel status is not set up'],
        }),
      });
  });
});

describe('a further level', () => {
  it('is called by a key of its own, and says why', () => {
    given(PLAN, PAGED).when(advanced(2)).thenPages('bob escalate in1:call-2');
    given(PLAN, PAGED)
      .when(advanced(2))
      .thenSays(expect.objectContaining({ escalation: { to: 'level 2', because: 'nobody answered' } }));
  });

  it('is called again by another key when all levels are gone through once more, or it is open again', () => {
    given(PLAN, PAGED, advanced(2)).when(advanced(1, 1)).thenPages('alice escalate in1:call-3');
    const resumed = event('EscalationResumed', { ...of, level: 1, round: 0, because: 'time is over', dueAtMs });
    given(PLAN, PAGED, acknowledged).when(resumed).thenPages('alice escalate in1:call-2');
  });

  it('R24: is called by a raise at once, beside the first in the append of the opening', () => {
    given(PLAN, PAGED).when(raised(2)).thenPages('bob escalate in1:call-2');
    given(PLAN)
      .when(...PAGED, raised(2))
      .thenPages('alice trigger in1', 'bob escalate in1:call-2');
  });

  it('R45: after the last one every channel is called, once, by a key of its own', () => {
    given(PLAN, PAGED, advanced(2)).when(exhausted).thenPages('everybody escalate in1:exhausted-2');
    given(PLAN, PAGED, advanced(2))
      .when(exhausted)
      .thenSays({ escalation: { to: 'every channel', because: 'nobody answered' } });
  });

  it('R47: where none reached anybody, every channel gets the page itself', () => {
    const gap = planOf({ levels: [{ call: [{ channel: 'pigeon' }], waitMs: 1 }] });
    given(gap).when(opened(), started(gap), exhausted).thenPages('everybody trigger in1');
  });
});

describe('an answer', () => {
  it('R45: an acknowledgement is told under every key that somebody was called by, to whoever was', () => {
    given(PLAN, PAGED, advanced(2)).when(acknowledged).thenPages('alice acknowledge in1', 'bob acknowledge in1:call-2');
  });

  it('a snooze quiets whoever was called', () => {
    given(PLAN, PAGED).when(snoozed).thenPages('alice acknowledge in1');
  });

  it('a hand-over quiets them, and calls whoever it is given to by a key of that time', () => {
    given(PLAN, PAGED).when(handed('bob')).thenPages('alice acknowledge in1', 'bob escalate in1:to-2');
    given(PLAN, PAGED)
      .when(handed('bob'))
      .thenSays(
        { acknowledgedBy: 'bob', note: 'yours' },
        { escalation: { to: 'bob', because: 'handed over by operator:alice: yours' } },
      );
    given(PLAN, PAGED, handed('bob'))
      .when(handed('bob', ''))
      .thenPages('alice acknowledge in1', 'bob acknowledge in1:to-2', 'bob escalate in1:to-3');
  });

  it('a hand-over to somebody whom nothing reaches quiets whoever was called, and calls nobody', () => {
    given(PLAN, PAGED).when(handed('carol')).thenPages('alice acknowledge in1');
  });

  it('of an incident that nobody was called for is told to nobody', () => {
    given(PLAN, opened({ muted: MUTE }))
      .when(acknowledged)
      .thenPages();
    given(PLAN, opened({ muted: MUTE }))
      .when(snoozed)
      .thenPages();
  });
});

describe('the end', () => {
  it('R45: is told under every key that was called, to whoever was', () => {
    given(PLAN, PAGED, advanced(2), called(), joined(3), handed('bob'), exhausted)
      .when(resolved)
      .thenPages(
        'alice resolve in1',
        'bob resolve in1:call-2',
        'vera resolve in1:vp',
        'alice resolve in1:on_call:joined:3',
        'bob resolve in1:to-4',
        'pagerduty+slack resolve in1:exhausted-2',
      );
  });

  it('RR19: is told to channels that paged it without the database, unless they were called as they are', () => {
    given(PLAN, PAGED, spooledBy('slack')).when(resolved).thenPages('alice resolve in1', 'slack resolve in1');
    // Alice has an address of that channel: what it called without one stays open.
    given(PLAN, PAGED, spooledBy('pagerduty')).when(resolved).thenPages('alice resolve in1', 'pagerduty resolve in1');
    given(OTHERS, opened(), spooledBy('slack')).when(resolved).thenPages('pagerduty+slack resolve in1');
  });

  it('of one that nothing left for is told to nobody', () => {
    given(PLAN, opened({ muted: MUTE }))
      .when(resolved)
      .thenPages();
    given(undefined, opened({ muted: MUTE }))
      .when(resolved)
      .thenPages();
  });
});

describe('a call beside the page', () => {
  it('R24: of the VP reaches the VP of the plan, behind the page', () => {
    given(PLAN)
      .when(...PAGED, called())
      .thenPages('alice trigger in1', 'vera escalate in1:vp');
  });

  it('of who is on call reaches the first level of the policy, whichever was called last', () => {
    given(PLAN, PAGED, advanced(2)).when(called('on_call')).thenPages('alice escalate in1:on_call');
    given(PLAN, opened()).when(called('on_call')).thenPages('alice escalate in1:on_call');
  });

  it('that reaches nobody goes to every channel, and says so', () => {
    const { vp: _vp, ...headless } = PLAN;
    given(headless, PAGED).when(called()).thenPages('everybody escalate in1:vp');
    given(headless, PAGED)
      .when(called())
      .thenSays({ unreached: ['the plan names no vp'] });
    given(OTHERS, opened()).when(called('on_call')).thenPages('everybody escalate in1:on_call');
  });

  it('B19: is made anew each time that more alerts of another system joined', () => {
    given(PLAN, PAGED).when(joined(3)).thenPages('alice escalate in1:on_call:joined:3');
    given(PLAN, PAGED, joined(3)).when(joined(9)).thenPages('alice escalate in1:on_call:joined:9');
  });
});

describe('news', () => {
  it('is told once to each who was called, under the key that they were called by first', () => {
    given(PLAN, PAGED, advanced(2), advanced(1, 1), advanced(2, 1))
      .when(worse)
      .thenPages('alice update in1', 'bob update in1:call-2');
    given(PLAN, PAGED, advanced(2), advanced(1, 1), advanced(2, 1))
      .when(asked)
      .thenPages('alice request in1', 'bob request in1:call-2');
    given(PLAN)
      .when(...PAGED, asked)
      .thenPages('alice trigger in1', 'alice request in1');
  });

  it('of an alert that joins is told where it widens the page, and of a notice where that names its incident', () => {
    const join = { ...ofAlert, rule: 'R18', severity: 'critical' } as const;
    const widens = { scope: 'fleet', key: 'fleet', reason: 'success 10 %' } as const;
    given(PLAN, PAGED).when(event('AlertJoinedIncident', join)).thenPages();
    given(PLAN, PAGED)
      .when(event('AlertJoinedIncident', { ...join, widens }))
      .thenPages('alice update in1');
    const notice = { rollbackId: 'rb1', because: 'verified', at: AT_MS };
    given(PLAN, PAGED).when(event('StakeholdersNotified', notice)).thenPages();
    given(PLAN, PAGED)
      .when(event('StakeholdersNotified', { ...notice, incidentId: 'in1' }))
      .thenPages('alice update in1');
  });
});

describe('whoever is called for a status update that is overdue', () => {
  const overdue = event('StatusUpdateOverdue', {
    ...of,
    n: 1,
    title: 'DNS',
    because: 'nobody published it',
    publishByMs: AT_MS,
    dueAtMs: null,
  });

  it('hears nothing of the incident under that key, which ends with the update', () => {
    given(PLAN, PAGED, overdue).when(acknowledged).thenPages('alice acknowledge in1');
    given(PLAN, PAGED, overdue).when(worse).thenPages('alice update in1');
    given(PLAN, PAGED, overdue).when(resolved).thenPages('alice resolve in1');
  });

  it('was not called for the incident: where nobody else was, every channel gets its page', () => {
    const gap = planOf({ levels: [{ call: [{ channel: 'pigeon' }], waitMs: 1 }] });
    given(gap, [opened(), started(gap)], overdue)
      .when(exhausted)
      .thenPages('everybody trigger in1');
  });
});

describe('while it is muted', () => {
  const SILENT = opened({ muted: MUTE });

  it('nothing leaves, with a plan or without', () => {
    for (const plan of [undefined, PLAN]) {
      given(plan).when(SILENT).thenPages();
      for (const told of [called(), joined(3), worse, asked, acknowledged, resolved])
        given(plan, SILENT).when(told).thenPages();
    }
  });

  it('a call for what Tocsin did is made all the same, and ends with the incident', () => {
    const loud = called('on_call', { redirect });
    given(undefined, SILENT).when(loud).thenPages('everybody escalate in1:on_call:r1:resume');
    given(undefined, SILENT, called(), loud).when(resolved).thenPages('everybody resolve in1:on_call:r1:resume');
    given(PLAN, SILENT).when(loud).thenPages('alice escalate in1:on_call:r1:resume');
    given(PLAN, SILENT, loud).when(worse).thenPages();
    given(PLAN, SILENT, called(), loud).when(resolved).thenPages('alice resolve in1:on_call:r1:resume');
  });

  it('unmuted, the page leaves, and with it the calls that were held back', () => {
    const loud = called('on_call', { redirect });
    given(undefined, SILENT, called(), loud)
      .when(unmuted)
      .thenPages('everybody trigger in1', 'everybody trigger in1:vp');
    given(PLAN, SILENT, called(), loud)
      .when(unmuted, started(PLAN))
      .thenPages('vera trigger in1:vp', 'alice trigger in1');
    given(OTHERS, SILENT, called()).when(unmuted).thenPages('everybody trigger in1', 'vera trigger in1:vp');
  });

  it('a call of the append that unmutes it is made once', () => {
    const late = called('vp', { at: unmuted.data.at });
    given(undefined, SILENT).when(unmuted, late).thenPages('everybody trigger in1', 'everybody escalate in1:vp');
    given(PLAN, SILENT).when(unmuted, started(PLAN), late).thenPages('alice trigger in1', 'vera escalate in1:vp');
  });
});
