import type { Impact } from '#contracts';
import type { IncidentRow, RedirectRow, RollbackRow } from '#store';

/** The first failure of the outage of 2021. */
const ONSET_MS = Date.parse('2021-07-22T11:47:00Z');
/** The incident of the outage. */
export const INCIDENT_ID = 'in-2021-07-22';
const BAD = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const GOOD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const RELEASE_REGION = 'v2.1.5+c42|us-east';

/** So many seconds after the first failure. */
export const after = (seconds: number): number => ONSET_MS + seconds * 1_000;

/** Why it opened. */
export const reason = {
  rule: 'dns-success-critical',
  signal: 'dns_resolution_success_rate',
  text: 'success 23.1 % < 99 % over 30s',
  value: 23.1,
  threshold: 99,
  windowMs: 30_000,
  good: 2_310,
  bad: 7_690,
  tick: 24,
  coverage: 1,
};

/** Before anybody is known to be hurt. */
export const unhurt: Impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};

/** Three minutes later. */
export const hurt: Impact = {
  affectedCustomers: 142,
  byTier: { tier1: 12, tier2: 14, tier3: 116 },
  score: 1_456,
  dollarsPerMinute: 728_000,
  cumulativeDollars: 2_184_000,
  top: ['Acme Air', 'Bluebank', 'Cargo & Sons', 'Delta Trading', 'Evershop', 'Fjord Media'].map((name, index) => ({
    customerId: `c${index + 1}`,
    name,
    tier: 'tier1',
    failing: 0.98,
  })),
  covers: [{ scope: 'release_region', key: RELEASE_REGION }],
};

/** As it opened. */
export const incident: IncidentRow = {
  incidentId: INCIDENT_ID,
  title: 'DNS success 23.1 % on v2.1.5+c42 in us-east',
  severity: 'critical',
  status: 'open',
  alertId: 'al1',
  rule: reason.rule,
  scope: 'release_region',
  key: RELEASE_REGION,
  reason,
  impact: unhurt,
  peakImpact: unhurt,
  openedAt: after(24),
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  owner: null,
  snoozedUntil: null,
  resolvedAt: null,
  because: null,
  muted: null,
  causes: [],
  causesBecause: null,
  priority: 'P0',
  declaredAt: after(24),
  declaredBecause: 'a critical rule fired',
  onsetAt: ONSET_MS,
  detectMs: 24_000,
  isDetectedInTime: true,
  escalations: [],
  requests: [],
  alertIds: ['al1'],
  rollbackIds: ['rb1'],
  redirectIds: [],
};

/** When customers and money are known. */
export const atWorst: IncidentRow = { ...incident, impact: hurt, peakImpact: hurt };

/** When somebody has taken it on. */
export const acknowledged: IncidentRow = {
  ...atWorst,
  status: 'acknowledged',
  acknowledgedAt: after(120),
  acknowledgedBy: 'user:ana',
  owner: 'user:ana',
  note: 'looking at the rollback',
};

const waves = (statuses: readonly RollbackRow['waves'][number]['status'][]): RollbackRow['waves'] =>
  statuses.map((status, index) => ({
    wave: index + 1,
    nodes: [`n${index + 1}`],
    status,
    generation: null,
    commandId: null,
    commandedAt: null,
    verifiedAt: null,
    because: null,
    answers: [],
    steps: [],
    repeats: [],
  }));

/** Decided with the page. */
export const rollback: RollbackRow = {
  rollbackId: 'rb1',
  incidentId: INCIDENT_ID,
  status: 'running',
  rolloutId: 'ro1',
  service: 'dns',
  from: BAD,
  to: GOOD,
  trigger: reason,
  evidence: [],
  rails: [],
  refusals: [],
  gap: null,
  request: null,
  proposal: null,
  approval: null,
  decidedBy: null,
  overrideId: null,
  told: null,
  because: null,
  decidedAt: after(24),
  endedAt: null,
  waves: waves(['planned', 'planned', 'planned']),
};

/** In its second wave. */
export const running: RollbackRow = { ...rollback, waves: waves(['verified', 'commanded', 'planned']) };

/** All waves verified. */
export const completed: RollbackRow = {
  ...rollback,
  status: 'completed',
  because: 'every wave is verified',
  waves: waves(['verified', 'verified', 'verified']),
};
const REFUSED_BECAUSE = 'v2.1.4+c41 is in quarantine since 2021-07-20';
/** A rail refused it. */
export const refused: RollbackRow = {
  ...rollback,
  status: 'refused',
  because: REFUSED_BECAUSE,
  refusals: [{ rail: 'target_is_known_good', because: REFUSED_BECAUSE, at: after(24) }],
  waves: [],
};

/** Traffic that could not be moved. */
export const redirect: RedirectRow = {
  redirectId: 'rd1',
  incidentId: INCIDENT_ID,
  alertId: 'al1',
  status: 'stopped',
  scope: 'pop',
  key: 'iad',
  nodes: ['n1', 'n2'],
  siblings: ['n3'],
  trigger: reason,
  rails: [],
  refusals: [],
  commands: [],
  answers: [],
  because: 'n3 has no capacity left',
  decidedAt: after(40),
  changedAt: after(70),
  endedAt: null,
};
