import { event, type Impact, type Reason, type Scope } from '#contracts';
import { given } from '#testing';
import type { Alert } from '../alert/alert.js';
import { evolveIncident, type Incident } from './incident.js';
import type { PlaceOf } from './place.js';
import {
  decideImpact,
  decideMembership,
  decideResolution,
  INCIDENT_ALERTS_MAX,
  type Links,
} from './incident.decide.js';

const reason = { rule: 'r', signal: 's', text: 't' } as Reason;
const impactOf = (tier1: number): Impact => ({
  affectedCustomers: tier1,
  byTier: { tier1, tier2: 0, tier3: 0 },
  score: 100 * tier1,
  dollarsPerMinute: 50_000 * tier1,
  top: [],
});
const alertOf = (alertId: string, scope: Scope, key: string, severity: Alert['severity'] = 'critical'): Alert => ({
  alertId,
  rule: 'r',
  scope,
  key,
  severity,
  state: 'firing',
  firedAtMs: 1,
  firedSlot: 0,
  reason,
});
const cohort = alertOf('a1', 'release_region', 'v2+c1|us-east');
const opened = event('IncidentOpened', {
  incidentId: 'i1',
  title: 'T',
  severity: 'critical',
  alertId: 'a1',
  rule: 'r',
  scope: 'release_region',
  key: 'v2+c1|us-east',
  reason,
  impact: impactOf(0),
  at: 1_000,
});
/** Nodes are named `<pop>-<number>`, PoPs `<region>/<name>`. */
const placeOf: PlaceOf = ({ scope, key }) => {
  const pop = scope === 'node' ? key.split('-')[0] : scope === 'pop' ? key : undefined;
  const region = scope === 'region' ? key : pop?.split('/')[0];
  return { pop, region, release: scope === 'node' ? 'v1+c1' : undefined };
};
const joins =
  (alert: Alert, links: Links = {}) =>
  (incident: Incident | undefined) => {
    const opening = () => ({ incidentId: 'new', title: 'T', impact: impactOf(1) });
    return decideMembership(alert, incident === undefined ? [] : [incident], 2_000, opening, placeOf, links);
  };

describe('membership', () => {
  it('a critical alert opens, with its own id as page key', () => {
    given(evolveIncident)
      .when(joins(cohort))
      .thenEvents(event('IncidentOpened', { ...opened.data, incidentId: 'new', impact: impactOf(1), at: 2_000 }));
  });
  it('R19: a warning opens nothing, but joins', () => {
    const warning = alertOf('a2', 'fleet', 'fleet', 'warning');
    given(evolveIncident).when(joins(warning)).thenNothing();
    given(evolveIncident, opened).when(joins(warning)).thenTypes('AlertJoinedIncident');
  });
  it('what joins and is about more than was paged widens the incident, once; what is explained, muted or a warning does not', () => {
    const fleet = alertOf('a2', 'fleet', 'fleet');
    const widens = { scope: 'fleet', key: 'fleet', reason: 't' } as const;
    const joined = { incidentId: 'i1', alertId: 'a2', rule: 'r', severity: 'critical', at: 2_000 } as const;
    given(evolveIncident, opened)
      .when(joins(fleet))
      .thenEvents(event('AlertJoinedIncident', { ...joined, widens }));
    const wide = event('AlertJoinedIncident', { ...joined, widens });
    const other = { ...joined, alertId: 'a3' };
    given(evolveIncident, opened, wide)
      .when(joins(alertOf('a3', 'fleet', 'fleet')))
      .thenEvents(event('AlertJoinedIncident', other));
    given(evolveIncident, opened)
      .when(joins(alertOf('a3', 'fleet', 'fleet', 'warning')))
      .thenEvents(event('AlertJoinedIncident', { ...other, severity: 'warning' }));
    given(evolveIncident, opened)
      .when(joins(alertOf('a3', 'release_region', 'v2+c1|asia')))
      .thenEvents(event('AlertJoinedIncident', other));
    given(evolveIncident, opened)
      .when(joins(alertOf('a3', 'fleet', 'fleet'), { causedBy: 'a1' }))
      .thenEvents(event('AlertJoinedIncident', other));
    const muted = { by: 'silence', id: 's1', untilMs: 9_000, because: 'work' } as const;
    given(evolveIncident, opened)
      .when(joins(alertOf('a3', 'fleet', 'fleet'), { muted }))
      .thenEvents(event('AlertJoinedIncident', { ...other, muted }));
  });
  it('R3: the fleet and the same release join, another release opens its own', () => {
    given(evolveIncident, opened)
      .when(joins(alertOf('a2', 'fleet', 'fleet')))
      .thenTypes('AlertJoinedIncident');
    given(evolveIncident, opened)
      .when(joins(alertOf('a2', 'release_region', 'v2+c1|asia')))
      .thenTypes('AlertJoinedIncident');
    given(evolveIncident, opened)
      .when(joins(alertOf('a2', 'release_region', 'v1+c1|asia')))
      .thenTypes('IncidentOpened');
  });
  it('an incident holds 2,000 alerts: the next critical one opens another, which others join, and a warning waits for it', () => {
    const join = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const joined = { incidentId: 'i1', alertId: `m${index}`, rule: 'r', severity: 'critical', at: 1_500 } as const;
        return event('AlertJoinedIncident', joined);
      });
    const next = alertOf('a2', 'fleet', 'fleet');
    given(evolveIncident, opened, ...join(INCIDENT_ALERTS_MAX - 2))
      .when(joins(next))
      .thenTypes('AlertJoinedIncident');
    const full = [opened, ...join(INCIDENT_ALERTS_MAX - 1)];
    given(evolveIncident, ...full)
      .when(joins(next))
      .thenTypes('IncidentOpened');
    // What one of the 2,000 explains says nothing new: it waits, and pages nobody.
    given(evolveIncident, ...full)
      .when(joins(next, { causedBy: 'm7', isSameFault: () => true }))
      .thenNothing();
    given(evolveIncident, ...full)
      .when(joins(alertOf('a2', 'fleet', 'fleet', 'warning')))
      .thenNothing();
    given(evolveIncident, ...full)
      .when(joins(alertOf('m7', 'fleet', 'fleet')))
      .thenNothing();
    const second = event('IncidentOpened', { ...opened.data, incidentId: 'i2', alertId: 'a2' });
    const both = [full, [second]].map((events) =>
      events.reduce<Incident | undefined>((incident, each) => evolveIncident(incident, each), undefined),
    );
    const open = both.filter((incident) => incident !== undefined);
    const opening = () => ({ incidentId: 'new', title: 'T', impact: impactOf(1) });
    expect(decideMembership(alertOf('a3', 'fleet', 'fleet'), open, 2_000, opening, placeOf)).toMatchObject([
      { type: 'AlertJoinedIncident', data: { incidentId: 'i2' } },
    ]);
  });
  const openedFor = (scope: Scope, key: string) => event('IncidentOpened', { ...opened.data, scope, key });

  it('nodes of one PoP page once, and join what is about their region or release', () => {
    const node = alertOf('a2', 'node', 'eu/fra-1');
    given(evolveIncident).when(joins(node)).thenTypes('IncidentOpened');
    for (const [scope, key] of [
      ['node', 'eu/fra-2'],
      ['pop', 'eu/fra'],
      ['region', 'eu'],
      ['fleet', 'fleet'],
      ['release', 'v1+c1'],
      ['release_region', 'v1+c1|eu'],
    ] as const)
      given(evolveIncident, openedFor(scope, key)).when(joins(node)).thenTypes('AlertJoinedIncident');
    for (const [scope, key] of [
      ['node', 'eu/lhr-1'],
      ['pop', 'eu/lhr'],
      ['region', 'us'],
      ['release', 'v2+c1'],
    ] as const)
      given(evolveIncident, openedFor(scope, key)).when(joins(node)).thenTypes('IncidentOpened');
  });
  it('what fails in a release or the fleet never hides in the incident of a machine', () => {
    for (const alert of [cohort, alertOf('a2', 'fleet', 'fleet'), alertOf('a2', 'release', 'v2+c1')])
      given(evolveIncident, event('IncidentOpened', { ...openedFor('node', 'eu/fra-1').data, alertId: 'a9' }))
        .when(joins(alert))
        .thenTypes('IncidentOpened');
  });
  it('a warning about one node joins nothing', () => {
    given(evolveIncident, opened)
      .when(joins(alertOf('a2', 'node', 'eu/fra-1', 'warning')))
      .thenNothing();
  });
  it('an alert belongs to one incident once', () => {
    given(evolveIncident, opened).when(joins(cohort)).thenNothing();
  });
});

describe('impact', () => {
  const tells = (tier1: number, at: number) => (incident: Incident | undefined) =>
    incident === undefined ? [] : decideImpact(incident, () => impactOf(tier1), at);
  const changed = (tier1: number, at: number, cumulativeDollars = 0) =>
    event('IncidentImpactChanged', { incidentId: 'i1', impact: { ...impactOf(tier1), cumulativeDollars }, at });

  it('B9: the first change follows the opening after a second, the next after five', () => {
    given(evolveIncident, opened).when(tells(2, 1_750)).thenNothing();
    given(evolveIncident, opened).when(tells(2, 2_000)).thenEvents(changed(2, 2_000));
    given(evolveIncident, opened, changed(2, 2_000)).when(tells(4, 6_750)).thenNothing();
    given(evolveIncident, opened, changed(2, 2_000))
      .when(tells(4, 7_000))
      .thenEvents(changed(4, 7_000, (100_000 * 5) / 60));
  });
  it('B9: what was lost is each figure for as long as it stood, with no memory but the events', () => {
    const told = [changed(6, 2_000), changed(12, 62_000, 1)];
    given(evolveIncident, opened, ...told)
      .when(tells(0, 92_000))
      .thenEvents(changed(0, 92_000, 300_000 + 300_000));
  });
  it('R57: its regions and sectors are asked for only when it is told', () => {
    let asked = 0;
    const parts = () => ({ byRegion: [{ key: 'us-east', affectedCustomers: ++asked, dollarsPerMinute: 50_000 }] });
    const incident = evolveIncident(undefined, opened)!;
    expect(decideImpact(incident, () => impactOf(0), 3_000, parts)).toEqual([]);
    expect(decideImpact(incident, () => impactOf(1), 1_250, parts)).toEqual([]);
    expect(decideImpact(incident, () => impactOf(1), 3_000, parts)).toMatchObject([
      { data: { impact: { byRegion: [{ key: 'us-east', affectedCustomers: 1 }] } } },
    ]);
  });
  it('less than a tenth is no news, and the end of it is', () => {
    given(evolveIncident, opened, changed(20, 2_000)).when(tells(21, 9_000)).thenNothing();
    given(evolveIncident, opened, changed(20, 2_000)).when(tells(22, 9_000)).thenTypes('IncidentImpactChanged');
    given(evolveIncident, opened, changed(20, 2_000)).when(tells(0, 9_000)).thenTypes('IncidentImpactChanged');
  });
});

describe('resolution', () => {
  const resolves = (openAlerts: readonly string[], isRollingBack: boolean) => (incident: Incident | undefined) =>
    incident === undefined ? [] : decideResolution(incident, new Set(openAlerts), isRollingBack, 9);
  it('R111: ends when no alert is open and no rollback under way', () => {
    given(evolveIncident, opened)
      .when(resolves(['a1'], false))
      .thenNothing();
    given(evolveIncident, opened).when(resolves([], true)).thenNothing();
    given(evolveIncident, opened)
      .when(resolves(['another'], false))
      .thenTypes('IncidentResolved');
  });
});
