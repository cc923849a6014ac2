import fc from 'fast-check';
import { eventMoment, momentAt, type Recorded } from './moment.js';

const iso = (second: number): string => new Date(second * 1_000).toISOString();
let position = 0;
const event = (second: number, stream: string, type: string, data: object = {}): Recorded => ({
  position: (position += 1),
  recordedAt: iso(second),
  stream,
  type,
  data,
});

const IMPACT = { affectedCustomers: 3, score: 111, dollarsPerMinute: 55_500 };
const [FROM, TO] = [
  { softwareVersion: 'v2', configRev: 'c2' },
  { softwareVersion: 'v1', configRev: 'c1' },
];
const STORY: readonly Recorded[] = [
  event(1, 'alert-a1', 'AlertPending', { alertId: 'a1', rule: 'r', key: 'us-east', severity: 'critical' }),
  event(2, 'alert-a1', 'AlertFired', { alertId: 'a1', rule: 'r', key: 'us-east', severity: 'critical' }),
  event(2, 'incident-i', 'IncidentOpened', { title: 'bad', severity: 'critical', impact: IMPACT }),
  event(3, 'incident-i', 'IncidentDeclared', { priority: 'P0' }),
  event(4, 'rollback-b', 'RollbackDecided', { from: FROM, to: TO, waves: [['n1'], ['n2', 'n3']] }),
  event(5, 'rollback-b', 'WaveCommanded', { wave: 1 }),
  event(6, 'incident-i', 'IncidentAcknowledged', { by: 'operator:ann' }),
  event(7, 'rollback-b', 'WaveAnswered', { wave: 1, nodeId: 'n1' }),
  event(8, 'rollback-b', 'WaveVerified', { wave: 1, because: 'well' }),
  event(9, 'incident-i', 'IncidentImpactChanged', { impact: { ...IMPACT, affectedCustomers: 0 } }),
  event(10, 'rollback-b', 'RollbackCompleted', { because: 'all verified' }),
  event(11, 'alert-a1', 'AlertResolved', { alertId: 'a1' }),
  event(12, 'incident-i', 'IncidentResolved', { because: 'well' }),
];
const at = (second: number) => momentAt(STORY, second * 1_000);

describe('a moment of a past incident', () => {
  it('knows nothing of what came later', () => {
    expect(at(0)).toMatchObject({ status: 'before', title: null, impact: null, alerts: [], rollbacks: [], events: 0 });
    expect(at(1)).toMatchObject({ status: 'before', alerts: [{ alertId: 'a1', state: 'pending' }] });
    expect(at(2)).toMatchObject({ status: 'open', title: 'bad', priority: null, alerts: [{ state: 'firing' }] });
    expect(at(5)).toMatchObject({
      priority: 'P0',
      owner: null,
      rollbacks: [
        {
          status: 'running',
          from: FROM,
          to: TO,
          waves: [
            { wave: 1, nodes: 1, answered: 0, status: 'commanded' },
            { wave: 2, nodes: 2, answered: 0, status: 'planned' },
          ],
        },
      ],
    });
  });

  it('is as it stood, up to the end', () => {
    expect(at(8)).toMatchObject({
      status: 'acknowledged',
      owner: 'operator:ann',
      impact: IMPACT,
      rollbacks: [{ waves: [{ answered: 1, status: 'verified' }, { status: 'planned' }] }],
    });
    expect(at(12)).toMatchObject({
      status: 'resolved',
      impact: { affectedCustomers: 0 },
      alerts: [{ state: 'resolved', severity: 'critical' }],
      rollbacks: [{ status: 'completed', because: 'all verified' }],
      events: STORY.length,
    });
  });

  it("is nobody's again when whoever had it let its time pass, and as severe as the worst that joined", () => {
    const lost = [
      event(1, 'incident-i', 'IncidentOpened', { title: 'bad', severity: 'warning', impact: IMPACT }),
      event(2, 'incident-i', 'IncidentAcknowledged', { by: 'operator:ann' }),
      event(3, 'incident-escalation-i', 'EscalationResumed', { level: 1, round: 1 }),
      event(4, 'incident-i', 'AlertJoinedIncident', { alertId: 'a2', severity: 'critical' }),
      event(5, 'incident-i', 'IncidentHandedOver', { to: 'ben' }),
      event(6, 'incident-escalation-i', 'EscalationRaised', { level: 2, round: 1 }),
      event(7, 'incident-i', 'IncidentResolved', {}),
      event(8, 'incident-i', 'IncidentHandedOver', { to: 'cem' }),
    ];
    const shown = [2, 3, 4, 5, 6, 8].map((second) => {
      const { status, owner, severity } = momentAt(lost, second * 1_000);
      return [status, owner, severity];
    });
    expect(shown).toEqual([
      ['acknowledged', 'operator:ann', 'warning'],
      ['open', null, 'warning'],
      ['open', null, 'critical'],
      ['acknowledged', 'ben', 'critical'],
      ['open', null, 'critical'],
      ['resolved', 'cem', 'critical'],
    ]);
  });

  it('a rollback that a person said yes to is not waiting for one', () => {
    const said = [
      event(1, 'rollback-b', 'RollbackProposed', { from: FROM, to: TO, because: 'bad' }),
      event(2, 'rollback-b', 'RollbackApproved', { by: 'operator:ann', comment: 'go' }),
    ];
    expect([1, 2].map((second) => momentAt(said, second * 1_000).rollbacks[0]?.status)).toEqual([
      'proposed',
      'approved',
    ]);
  });

  it('an alert that was none in the end is gone', () => {
    const none = [...STORY.slice(0, 1), event(2, 'alert-a1', 'AlertPendingEnded', { alertId: 'a1' })];
    expect(momentAt(none, 3_000).alerts).toEqual([]);
  });

  it('is the same, whatever comes after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 13 }), (second) => {
        const known = STORY.filter(({ recordedAt }) => Date.parse(recordedAt) <= second * 1_000);
        expect(at(second)).toEqual(momentAt(known, Infinity));
        expect(at(second).events).toBe(known.length);
      }),
    );
  });

  it('goes from event to event', () => {
    expect(eventMoment(STORY, 2_000, 'next')).toBe(3_000);
    expect(eventMoment(STORY, 2_000, 'before')).toBe(1_000);
    expect([eventMoment(STORY, 12_000, 'next'), eventMoment(STORY, 0, 'before')]).toEqual([undefined, undefined]);
  });
});
