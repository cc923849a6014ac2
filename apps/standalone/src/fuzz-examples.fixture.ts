import { PROBE_FAMILIES } from '#domain';
import { systemClock } from '#runtime';
import { onCallTurns } from '#testing';

/** What is sent for an operation that needs more than chance: `$` is the id that the example before answered. */
export interface FuzzExample {
  readonly operation: string;
  readonly target: string;
  readonly body?: object;
}

const WHY = { comment: 'an example' };
const RELEASE = { softwareVersion: 'v3.0.0', configRev: 'c50' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const SILENCE = { where: { region: ['eu-central'] }, durationMs: 3_600_000, ...WHY };
const PLAN = onCallTurns(() => [{ channel: 'pagerduty' }]);
const post = (operation: string, body: object, target = operation): FuzzExample => ({
  operation: `POST ${operation}`,
  target,
  body,
});

/** In this order, before anything is sent at random: chance makes no plan and no selector, and may have switched off what they need. */
export const examples = (): readonly FuzzExample[] => [
  { operation: 'GET /v1/explain/{kind}/{id}', target: '/v1/explain/incident/in1' },
  { operation: 'GET /v1/channels/{name}', target: '/v1/channels/pagerduty' },
  post('/v1/channels/{name}/test', WHY, '/v1/channels/pagerduty/test'),
  post('/v1/silences/preview', SILENCE),
  post('/v1/silences', SILENCE),
  post('/v1/on-call/check', { plan: PLAN }),
  post('/v1/on-call', { plan: PLAN, ...WHY }),
  { operation: 'GET /v1/on-call/plan', target: '/v1/on-call/plan' },
  {
    operation: 'GET /v1/on-call/schedules/{id}',
    target: '/v1/on-call/schedules/primary',
  },
  post('/v1/on-call/overrides', {
    schedule: 'primary',
    person: 'vera',
    untilMs: systemClock.nowMs() + 3_600_000,
    ...WHY,
  }),
  { operation: 'DELETE /v1/on-call/overrides/{id}', target: '/v1/on-call/overrides/$?comment=an%20example' },
  post('/v1/rollouts', {
    rolloutId: 'ro9',
    service: 'edge-dns',
    release: RELEASE,
    previous: PREVIOUS,
    mode: 'advisory',
    nodes: [],
    ...WHY,
  }),
  post('/v1/rollouts/{id}/risk', { risk: 'low', author: 'ana', text: 'a flag that is off' }, '/v1/rollouts/ro9/risk'),
  post(
    '/v1/rollouts/{id}/load-tests',
    { nodeId: 'n1', families: PROBE_FAMILIES.map((family) => ({ family, passed: true })) },
    '/v1/rollouts/ro9/load-tests',
  ),
  post('/v1/rollouts/{id}/overrides', { items: ['target'], ...WHY }, '/v1/rollouts/ro9/overrides'),
  post('/v1/rollouts/{id}/start/preview', {}, '/v1/rollouts/ro9/start/preview'),
  post('/v1/rollouts/{id}/start', WHY, '/v1/rollouts/ro9/start'),
  post('/v1/rollouts/{id}/halt', WHY, '/v1/rollouts/ro9/halt'),
  post('/v1/keys', { name: 'an example', role: 'viewer', ...WHY }),
  post('/v1/tickets', { count: 1 }),
  { operation: 'GET /v1/audit/{position}', target: '/v1/audit/1' },
  post('/v1/audit/verifications', {}),
  { operation: 'GET /v1/audit/verifications/{id}', target: '/v1/audit/verifications/$' },
  {
    operation: 'GET /v1/impact/customers',
    target: `/v1/impact/customers?since=${1_000 * Math.floor(systemClock.nowMs() / 1_000 - 60)}`,
  },
];

/** Why an operation need not be done by the fuzz. */
const PROOF = 'its proof is a signature, a signed link or a routing key, which nobody makes by chance';
const OTHERS = 'its body is of another program, or bytes: the specs of the gateway send those';
const STORY = 'needs what the story has not: an override, a redirect, a quarantine, a draft, a stage that waits';
const CHANCE =
  'depends on what chance has left by then: an escalation, a delivery that was given up, a name that is free';
const THREAD = 'each that is done takes a second of a core: the spec of backtests begins them';
const SHAPE = 'needs a plan or a selector that fits in itself: REST does it by an example';

const named = (reason: string, names: string): readonly (readonly [string, string])[] =>
  names
    .trim()
    .split(/\s*\n\s*/)
    .map((name) => [name, reason]);

/** Operations of REST that need not be done, each with why. */
export const UNDONE_BY_REST: ReadonlyMap<string, string> = new Map([
  ...named(
    PROOF,
    `
    GET /act/{token}
    POST /act/{token}
    POST /v1/callbacks/pagerduty
    POST /v1/callbacks/slack
    POST /v1/callbacks/slack/events
    POST /v2/change/enqueue
    POST /v2/enqueue`,
  ),
  ...named(
    OTHERS,
    `
    POST /api/v2/alerts
    POST /v1/alerts/alertmanager
    POST /v1/telemetry/nodes
    POST /v1/telemetry/outcomes
    POST /v1/telemetry/probes`,
  ),
  ...named(
    STORY,
    `
    GET /v1/incidents/{id}/status-updates/{n}/customers
    GET /v1/overrides/{id}
    GET /v1/redirects/{id}
    GET /v1/releases/{service}/{name}
    POST /v1/alerts/{id}/resolve
    POST /v1/channels/{name}/enable
    POST /v1/incidents/{id}/runbook/{step}/results
    POST /v1/incidents/{id}/status-updates/{n}/discard
    POST /v1/incidents/{id}/status-updates/{n}/publish
    POST /v1/overrides
    POST /v1/overrides/{id}/votes
    POST /v1/redirects/{id}/end
    POST /v1/redirects/{id}/end/preview
    POST /v1/releases/quarantine/lift
    POST /v1/releases/quarantine/lift/preview
    POST /v1/rollbacks/{id}/approve
    POST /v1/rollouts/{id}/approvals`,
  ),
  ...named(
    THREAD,
    `
    GET /v1/backtests/{id}
    POST /v1/backtests`,
  ),
  ...named(
    CHANCE,
    `
    POST /v1/deliveries/{id}/retry
    POST /v1/incidents/{id}/hand-over
    POST /v1/incidents/{id}/snooze
    POST /v1/node-keys/{id}/revoke
    POST /v1/rollouts/{id}/rollback`,
  ),
]);

/** Queries and mutations of GraphQL that need not be done, each with why. */
export const UNDONE_BY_GRAPHQL: ReadonlyMap<string, string> = new Map([
  ...named(
    STORY,
    `
    approveRollback
    approveStage
    attachRunbookResult
    discardStatusUpdate
    enableChannel
    endRedirect
    liftQuarantine
    liftingPreview
    override
    overridePreflight
    publishStatusUpdate
    redirect
    redirectEndPreview
    requestOverride
    resolveAlert
    startPreview
    startRollout
    tellLoadTest
    voteOnOverride`,
  ),
  ...named(
    SHAPE,
    `
    addSilence
    affectedCustomers
    backtest
    beginBacktest
    checkOnCall
    declareRollout
    loadOnCall
    onCallPlan
    overrideSchedule
    shifts
    silencePreview
    withdrawScheduleOverride`,
  ),
  ...named(
    CHANCE,
    `
    assessRisk
    beginDrill
    expireSilence
    handOverIncident
    issueNodeKey
    requestRollback
    retryDelivery
    revokeKey
    revokeNodeKey
    snoozeIncident
    testChannel`,
  ),
]);
