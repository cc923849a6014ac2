import { event, type EventOf, streamOf } from '#contracts';
import { deliveriesFor, type IncidentRow, type RedirectRow, type RollbackRow } from '#store';
import type { OutgoingDelivery } from './channel.js';
import {
  acknowledged,
  after,
  atWorst,
  completed,
  hurt,
  incident,
  INCIDENT_ID,
  reason,
  redirect,
  refused,
  rollback,
  running,
  unhurt,
} from './golden-incident.fixture.js';

/** One page of which every channel has a golden file. */
export interface GoldenPage {
  readonly name: string;
  readonly delivery: OutgoingDelivery;
  /** The receiver knows an earlier one of its key. */
  readonly isFollowUp: boolean;
}

interface Told {
  readonly name: string;
  readonly event: EventOf<
    | 'IncidentOpened'
    | 'IncidentImpactChanged'
    | 'AlertJoinedIncident'
    | 'IncidentAcknowledged'
    | 'IncidentResolved'
    | 'IncidentEscalated'
    | 'StatusUpdateRequested'
  >;
  readonly incident?: IncidentRow;
  readonly rollbacks?: readonly RollbackRow[];
  readonly redirects?: readonly RedirectRow[];
}

const muted = { by: 'silence', id: 's1', untilMs: after(3_600), because: 'silenced by user:ana: load test' } as const;
const opened = event('IncidentOpened', {
  incidentId: INCIDENT_ID,
  title: incident.title,
  severity: 'critical',
  alertId: 'al1',
  rule: reason.rule,
  scope: incident.scope,
  key: incident.key,
  reason,
  impact: unhurt,
  at: after(24),
});
const VP = { to: 'vp', because: 'customer impact 1,456 > 1,000' } as const;

const TOLD: readonly Told[] = [
  { name: 'trigger', event: opened },
  {
    name: 'trigger-refused-partial',
    event: opened,
    incident: { ...incident, reason: { ...reason, coverage: 0.624 } },
    rollbacks: [refused],
  },
  {
    name: 'update',
    event: event('IncidentImpactChanged', { incidentId: INCIDENT_ID, impact: hurt, at: after(204) }),
    incident: atWorst,
    rollbacks: [running],
  },
  {
    name: 'widens',
    event: event('AlertJoinedIncident', {
      incidentId: INCIDENT_ID,
      alertId: 'al2',
      rule: 'fleet-success',
      severity: 'critical',
      widens: { scope: 'fleet', key: 'fleet', reason: 'success 80.7 % < 99 % over 1m' },
      at: after(90),
    }),
    incident: atWorst,
  },
  {
    name: 'acknowledge',
    event: event('IncidentAcknowledged', {
      incidentId: INCIDENT_ID,
      by: 'user:ana',
      note: 'looking at the rollback',
      at: after(120),
    }),
    incident: acknowledged,
    rollbacks: [running],
  },
  {
    name: 'resolve',
    event: event('IncidentResolved', {
      incidentId: INCIDENT_ID,
      because: 'success 99.98 % for 3 windows, 96 % of the nodes report',
      at: after(760),
    }),
    incident: {
      ...acknowledged,
      status: 'resolved',
      because: 'success 99.98 % for 3 windows, 96 % of the nodes report',
    },
    rollbacks: [completed],
  },
  {
    name: 'escalate',
    event: event('IncidentEscalated', { incidentId: INCIDENT_ID, alertId: 'al3', ...VP, at: after(30) }),
    incident: { ...atWorst, escalations: [{ ...VP, alertId: 'al3', at: after(30) }] },
  },
  {
    name: 'request',
    event: event('StatusUpdateRequested', {
      incidentId: INCIDENT_ID,
      alertId: 'al1',
      because: 'customers are hurt and nothing was said for 15 min',
      impact: hurt,
      at: after(930),
    }),
    incident: acknowledged,
    rollbacks: [running],
  },
  {
    name: 'call-while-muted',
    event: event('IncidentEscalated', {
      incidentId: INCIDENT_ID,
      to: 'on_call',
      alertId: 'al1',
      because: 'the redirect of PoP iad stopped: n3 has no capacity left',
      redirect: { redirectId: 'rd1', step: 'drain' },
      at: after(70),
    }),
    incident: { ...atWorst, muted },
    rollbacks: [],
    redirects: [redirect],
  },
];

const FOLLOW_UPS: readonly OutgoingDelivery['action'][] = ['update', 'acknowledge', 'resolve', 'request'];

const goldenPage = ({
  name,
  event: told,
  incident: row = incident,
  rollbacks = [rollback],
  redirects = [],
}: Told): GoldenPage => {
  const cause = {
    position: 1,
    stream: streamOf.incident(INCIDENT_ID),
    version: 1,
    event: told,
    metadata: { actor: 'rules', cause: 'tick 24' },
    recordedAtMs: told.data.at,
    hash: '',
  };
  const [requested] = deliveriesFor(cause, { incident: row, rollbacks, redirects }, [
    { name: 'golden', subject: 'page' },
  ]);
  if (requested === undefined) throw new Error(`${name} pages nobody`);
  const { deliveryId, subject, action, dedupKey, body } = requested.data;
  return { name, delivery: { deliveryId, subject, action, dedupKey, body }, isFollowUp: FOLLOW_UPS.includes(action) };
};

/** What is told of the outage of 2021, from its events, as a dispatcher gets it. */
export const goldenPages = (): readonly GoldenPage[] => TOLD.map(goldenPage);

/** When they are sent: half a second after the outage was paged. */
export const GOLDEN_NOW_MS = after(24.5);
