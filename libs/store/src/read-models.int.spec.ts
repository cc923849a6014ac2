import { event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createAlertRepository } from './alert.repository.js';
import { createApiKeyRepository } from './api-key.repository.js';
import { createCatalogueRepository } from './catalogue.repository.js';
import { createCommandRepository } from './command.repository.js';
import { createDeliveryRepository } from './deliveries/delivery.repository.js';
import {
  HISTORY_AT_MS as T,
  impactOf,
  reasonOf,
  rollbackDecided,
  tell,
  tellHistory,
} from './history/event-history.fixture.js';
import { createEventStore, type EventStore } from './event-store.js';
import { createIncidentRepository } from './incident.repository.js';
import { createAutomationRepository } from './automation.repository.js';
import { createBreakerRepository } from './breaker.repository.js';
import { createFallbackRepository } from './fallback.repository.js';
import { createOverrideRepository } from './override.repository.js';
import { createReleaseRepository } from './release.repository.js';
import { createRedirectRepository } from './redirect.repository.js';
import { createRollbackRepository } from './rollback.repository.js';
import { createRolloutRepository } from './rollout.repository.js';

describe('read models', () => {
  let db: TestDatabase;
  let store: EventStore;
  beforeAll(async () => {
    db = await openTestDatabase();
    store = createEventStore(db.database, () => T);
    await tellHistory(db.database, store);
  });
  afterAll(() => db.close());

  it('show alerts with their state, reason and incident, newest first', async () => {
    const alerts = createAlertRepository(db.database);
    const rows = await alerts.list({ limit: 10 });
    expect(rows.map(({ alertId, state, incidentId }) => [alertId, state, incidentId])).toEqual([
      ['al2', 'unknown', 'in1'],
      ['al3', 'firing', 'in2'],
      ['al1', 'resolved', 'in1'],
      ['pending', 'pending', null],
      ['raised', 'firing', null],
      ['recovering', 'recovering', null],
      ['withdrawn', 'resolved', null],
    ]);
    expect(await alerts.list({ state: 'firing', limit: 10 })).toMatchObject([
      { alertId: 'al3', reason: reasonOf(60) },
      { alertId: 'raised', severity: 'critical', reason: reasonOf(60) },
    ]);
    expect(await alerts.list({ states: ['firing', 'unknown'], limit: 1 })).toMatchObject([{ alertId: 'al2' }]);
    expect(await alerts.find('al1')).toMatchObject({ firedAt: T + 61_000, resolvedAt: T + 200_000 });
    expect(await alerts.find('none')).toBeUndefined();
  });

  it('show alerts that are pending, recover, were withdrawn or corrected, with what is due when', async () => {
    const alerts = createAlertRepository(db.database);
    expect(await alerts.list({ state: 'pending', limit: 10 })).toMatchObject([
      { alertId: 'pending', begunAt: T, firedAt: null, dueAt: T + 10_000 },
    ]);
    expect(await alerts.find('recovering')).toMatchObject({ begunAt: T, firedAt: T + 10_000, dueAt: T + 90_000 });
    expect(await alerts.find('withdrawn')).toMatchObject({
      state: 'resolved',
      because: 'no rule R17',
      correction: { verdict: 'overturned', reason: reasonOf(99.5) },
    });
    expect(await alerts.find('nothing')).toBeUndefined();
  });

  it('show an incident with its worst severity, its peak, its alerts, its rollbacks and its timeline', async () => {
    const found = await createIncidentRepository(db.database).find('in1');
    expect(found?.incident).toMatchObject({
      severity: 'critical',
      status: 'resolved',
      impact: impactOf(40),
      peakImpact: impactOf(90),
      openedAt: T + 61_000,
      acknowledgedBy: 'user:alice',
      acknowledgedAt: T + 80_000,
      note: 'looking',
      resolvedAt: T + 201_000,
      alertIds: ['al1', 'al2'],
      rollbackIds: ['rb1'],
    });
    expect(found?.alerts.map(({ alertId }) => alertId)).toEqual(['al1', 'al2']);
    const streams = new Set(found?.timeline.map(({ stream }) => stream));
    expect(streams).toEqual(
      new Set(['alert-al1', 'incident-in1', 'alert-al2', 'resolution-al2', 'rollback-rb1', 'status-in1']),
    );
    const positions = found?.timeline.map(({ position }) => position) ?? [];
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(await createIncidentRepository(db.database).page({ statuses: ['open'], limit: 9 })).toMatchObject({
      items: [{ incidentId: 'in2' }],
      next: null,
    });
  });

  it('keep the first acknowledgement, the first of equal peaks, and do not reopen what is resolved', async () => {
    const again = event('IncidentAcknowledged', { incidentId: 'in1', by: 'user:bob', note: 'late', at: T + 300_000 });
    const equal = { ...impactOf(90), dollarsPerMinute: 1 };
    const impact = event('IncidentImpactChanged', { incidentId: 'in1', impact: equal, at: T + 300_000 });
    await tell(store, [[streamOf.incident('in1'), 7, [again, impact]]]);
    expect(await createIncidentRepository(db.database).findRow('in1')).toMatchObject({
      status: 'resolved',
      acknowledgedBy: 'user:alice',
      acknowledgedAt: T + 80_000,
      impact: equal,
      peakImpact: impactOf(90),
    });
  });

  it('show a rollback with its waves and the last answer of each node', async () => {
    const rollbacks = createRollbackRepository(db.database);
    expect(await rollbacks.find('rb1')).toMatchObject({
      status: 'completed',
      refusals: [{ rail: 'control', because: 'no control group', at: T + 64_000 }],
      gap: { release: 23.1, control: 99.97 },
      from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
      to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      endedAt: T + 190_000,
      waves: [
        {
          wave: 1,
          nodes: ['n1'],
          status: 'verified',
          generation: 7,
          commandId: 'co1',
          verifiedAt: T + 90_000,
          answers: [{ nodeId: 'n1', status: 'done', answeredAt: T + 69_000 }],
        },
        { wave: 2, nodes: ['n2', 'n3'], status: 'planned', generation: null, answers: [] },
      ],
    });
    expect(await rollbacks.find('rb3')).toMatchObject({
      status: 'refused',
      refusals: [{ rail: 'fresh' }, { rail: 'quorum' }],
      from: null,
      waves: [],
    });
    expect(await rollbacks.list({ statuses: ['stopped'], limit: 9 })).toMatchObject([{ rollbackId: 'rb2' }]);
  });

  it('R44, R48: show how soon an incident was detected, its priority, who was called and what was asked for', async () => {
    const incidents = createIncidentRepository(db.database);
    expect(await incidents.findRow('in1')).toMatchObject({
      onsetAt: T + 31_000,
      detectMs: 30_000,
      isDetectedInTime: true,
      priority: null,
      escalations: [],
    });
    expect(await incidents.findRow('in2')).toMatchObject({
      detectMs: null,
      isDetectedInTime: null,
      priority: 'P0',
      declaredBecause: 'critical',
      declaredAt: T + 62_500,
      escalations: [
        { to: 'vp', alertId: 'al3', because: 'score', at: T + 62_750 },
        { to: 'on_call', alertId: 'al3', joined: { count: 2 }, at: T + 62_800 },
      ],
      requests: [{ what: 'status_update' }, { what: 'fall_back' }],
      redirectIds: ['rd5', 'rd1', 'rd2', 'rd3', 'rd4'],
    });
  });

  it('R25: show a redirect with its rails, its commands and the last answer of each node', async () => {
    const redirects = createRedirectRepository(db.database);
    expect(await redirects.find('rd1')).toMatchObject({
      status: 'drained',
      scope: 'pop',
      key: 'iad1',
      refusals: [{ rail: 'capacity' }],
      commands: [{ action: 'drain', generation: 11 }],
      answers: [
        { action: 'drain', nodeId: 'n1', status: 'done' },
        { action: 'drain', nodeId: 'n2' },
      ],
      endedAt: null,
    });
    const rows = await redirects.list({ incidentId: 'in2', limit: 9 });
    expect(rows.map(({ redirectId, status }) => `${redirectId} ${status}`)).toEqual([
      'rd5 refused',
      'rd4 stopped',
      'rd3 ended',
      'rd2 verified',
      'rd1 drained',
    ]);
    expect(await redirects.list({ statuses: ['stopped'], limit: 9 })).toMatchObject([{ endedAt: null }]);
    expect(await redirects.find('rd5')).toMatchObject({
      refusals: [{ rail: 'siblings' }, { rail: 'rate' }],
      key: null,
    });
  });

  it('show rollouts with their stages, commands and deliveries', async () => {
    const statuses = ['halted', 'rolled_back'] as const;
    expect(await createRolloutRepository(db.database).list({ statuses, limit: 9 })).toMatchObject([
      { rolloutId: 'ro1', status: 'rolled_back', rollbackId: 'rb1', stage: 'early' },
      {
        rolloutId: 'ro2',
        status: 'halted',
        stages: [
          { stage: 'canary', nodes: ['n1'], reachedAt: T },
          { stage: 'early', nodes: ['n2', 'n3'], reachedAt: T + 60_000 },
        ],
      },
    ]);
    expect(
      (await createCommandRepository(db.database).list({ limit: 9 })).map(({ commandId, status }) => [
        commandId,
        status,
      ]),
    ).toEqual([
      ['co2', 'refused'],
      ['co1', 'signed'],
    ]);
    const deliveries = await createDeliveryRepository(db.database).list({ dedupKey: 'in1', limit: 99 });
    expect(
      deliveries.map(({ channel, action, status, attempts }) => [channel, action, status, attempts]),
    ).toContainEqual(['pagerduty', 'trigger', 'delivered', 2]);
  });

  it('B20: show a rollout with its plan, its pre-flight, its gate and what was done about it', async () => {
    const rollouts = createRolloutRepository(db.database);
    expect(await rollouts.find('ro3')).toMatchObject({
      status: 'completed',
      mode: 'driving',
      origin: 'declared',
      declaredBy: 'deploy:ci',
      stage: 'rest',
      plan: { stages: [{ name: 'canary' }, { name: 'rest' }] },
      preflight: {
        risk: { risk: 'low', author: 'ana' },
        impact: { stages: [{ customers: 2 }] },
        loadTest: { families: [{ passed: true }] },
        overridden: [{ items: ['target'], by: 'operator:ana' }],
      },
      gateMeasured: { stage: 'canary', cohort: { bad: 10 }, throughSlot: (T + 60_000) / 1_000 },
      gateDecided: { verdict: 'promote', because: 'every test passed' },
      gateOverdue: { stage: 'rest' },
      updates: [{ nodeId: 'n1', status: 'done', passed: 3 }],
    });
    expect((await rollouts.find('ro3'))?.preflight).not.toHaveProperty('missing');
    expect((await rollouts.find('ro3'))?.steps.map(({ what, by }) => [what, by])).toEqual([
      ['start_requested', 'deploy:ci'],
      ['commanded', undefined],
      ['halt_commanded', undefined],
      ['approved', 'operator:ana'],
      ['promoted', undefined],
    ]);
    const rows = await rollouts.list({ statuses: ['declared', 'ended'], limit: 9 });
    expect(rows).toMatchObject([
      { rolloutId: 'ro4', status: 'ended' },
      {
        rolloutId: 'ro5',
        status: 'declared',
        stage: null,
        startedAt: null,
        preflight: { missing: [{ item: 'risk' }] },
      },
    ]);
  });

  it('R39, R51: show releases with what is known of them, and what Tocsin may do by itself', async () => {
    expect(await createReleaseRepository(db.database).list({ limit: 9 })).toMatchObject([
      { name: 'v2.1.7+c44', attestation: null, quarantine: { rollbackId: 'rb2' } },
      {
        name: 'v2.1.6+c43',
        attestation: { nodes: 20, isRollbackSafe: true },
        rehearsal: { passed: true },
        quarantine: null,
        lifting: { by: 'admin:root' },
      },
    ]);
    expect(await createReleaseRepository(db.database).find('dns', 'none')).toBeUndefined();
    expect(await createAutomationRepository(db.database).read()).toEqual({
      lastSwitch: { isOn: false, by: 'admin:root', comment: 'drill', at: T },
      rateRail: { rollbackId: 'rb1', plans: 3, because: '3 in 24 h', at: T + 1 },
      services: [
        {
          service: 'dns',
          mode: { mode: 'approve', by: 'operator:ana', comment: 'week 1', at: T + 1 },
          rateReset: { by: 'operator:ana', comment: 'known', at: T + 2 },
        },
      ],
    });
  });

  it('R31, R53, R58: show rollbacks that people asked for, the steps of a wave, and overrides with their votes', async () => {
    const rollbacks = createRollbackRepository(db.database);
    expect(await rollbacks.find('rb4')).toMatchObject({
      status: 'requested',
      proposal: { mode: 'approve', nodes: 2 },
      approval: { by: 'operator:ana' },
    });
    expect(await rollbacks.find('rb5')).toMatchObject({
      status: 'requested',
      incidentId: null,
      rolloutId: 'ro3',
      request: { by: 'operator:ana', comment: 'customers call' },
    });
    expect(await rollbacks.find('rb1')).toMatchObject({
      told: { because: 'it is over' },
      waves: [{ steps: [{ nodeId: 'n1', step: 'stop', status: 'done' }] }, { repeats: [{ missing: 1 }] }],
    });
    const overrides = createOverrideRepository(db.database);
    expect(await overrides.list({ rollbackId: 'rb3', limit: 9 })).toMatchObject([
      { overrideId: 'ov1', status: 'granted', votes: [{ role: 'engineering_vp', isApproved: true }] },
      { overrideId: 'ov2', status: 'refused', because: 'the engineering VP said no' },
      { overrideId: 'ov3', status: 'expired', votes: [] },
      { overrideId: 'ov4', status: 'open', endedAt: null },
    ]);
    expect(await overrides.list({ statuses: ['open'], limit: 9 })).toMatchObject([{ overrideId: 'ov4' }]);
  });

  it('R42, R60: show breakers with the updates under way, and fallbacks with what providers answered', async () => {
    expect(await createBreakerRepository(db.database).list({ limit: 9 })).toMatchObject([
      {
        service: 'dns',
        status: 'open',
        failures: 6,
        updates: 10,
        healthy: 1,
        unhealthy: 1,
        running: [{ nodeId: 'n3' }],
      },
      { service: 'mail', status: 'half_open' },
      { service: 'web', status: 'closed', because: 'the update was healthy' },
    ]);
    const fallbacks = createFallbackRepository(db.database);
    expect(await fallbacks.list({ incidentId: 'in2', limit: 9 })).toMatchObject([
      { fallbackId: 'fb1', status: 'running', provider: 'google_dns', answers: [{ status: 'failed' }] },
      { fallbackId: 'fb2', status: 'stopped', endedAt: null },
      { fallbackId: 'fb3', status: 'ended', isDryRun: true },
    ]);
    expect(await fallbacks.list({ statuses: ['stopped'], limit: 9 })).toHaveLength(1);
  });

  it('show the catalogue at its version: last registration wins, a zone has one customer', async () => {
    const catalogue = await createCatalogueRepository(db.database).load();
    expect(catalogue.version).toBe(4);
    expect(catalogue.nodes.map(({ nodeId, pop }) => [nodeId, pop])).toEqual([
      ['n1', 'iad1'],
      ['n2', 'iad1'],
      ['n3', 'fra1'],
    ]);
    expect(catalogue.customers.map(({ customerId, zones }) => [customerId, zones])).toEqual([
      ['delta', ['d.example']],
      ['ups', ['b.example']],
    ]);
    expect(await createCatalogueRepository(db.database).findNode('n9')).toBeUndefined();
  });

  it('page rollbacks so that one which is decided meanwhile keeps its place, and is seen once', async () => {
    const rollbacks = createRollbackRepository(db.database);
    const proposed = { incidentId: 'in2', rolloutId: 'ro1', mode: 'approve' as const, nodes: 1, because: 'it fails' };
    for (const rollbackId of ['paged-1', 'paged-2', 'paged-3'])
      await tell(store, [
        [streamOf.rollback(rollbackId), 0, [event('RollbackProposed', { rollbackId, ...proposed, at: T })]],
      ]);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await rollbacks.page({ limit: 1, after });
      if ('refused' in page) throw new Error(page.detail);
      seen.push(...page.items.map(({ rollbackId }) => rollbackId));
      after = page.next ?? undefined;
      // The last of the three is decided after the first page: by the time of its decision it would stand before the cursor.
      if (seen.length === 1)
        await tell(store, [[streamOf.rollback('paged-1'), 1, [rollbackDecided('paged-1', 'in2')]]]);
    } while (after !== undefined);
    expect(seen.slice(0, 3)).toEqual(['paged-3', 'paged-2', 'paged-1']);
    expect(new Set(seen).size).toBe(seen.length);
    expect(Object.keys((await rollbacks.list({ limit: 1 }))[0] ?? {})).not.toContain('firstPosition');
  });

  it('find keys, the revoked ones as such', async () => {
    const keys = createApiKeyRepository(db.database);
    expect(await keys.findByKeyId('k1')).toMatchObject({ role: 'node', nodeId: 'n1', revoked: false });
    expect(await keys.findByKeyId('k2')).toMatchObject({ role: 'operator', nodeId: null, revoked: true });
    expect(await keys.findByKeyId('k3')).toBeUndefined();
  });
});
