import { event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createAlertRepository } from './alert.repository.js';
import { createApiKeyRepository } from './api-key.repository.js';
import { createCatalogueRepository } from './catalogue.repository.js';
import { createCommandRepository } from './command.repository.js';
import { createDeliveryRepository } from './delivery.repository.js';
import { HISTORY_AT_MS as T, impactOf, reasonOf, tell, tellHistory } from './event-history.fixture.js';
import { createEventStore, type EventStore } from './event-store.js';
import { createIncidentRepository } from './incident.repository.js';
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
      ['recovering', 'recovering', null],
      ['withdrawn', 'resolved', null],
    ]);
    expect(await alerts.list({ state: 'firing', limit: 10 })).toMatchObject([{ alertId: 'al3', reason: reasonOf(60) }]);
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
    expect(streams).toEqual(new Set(['alert-al1', 'incident-in1', 'alert-al2', 'rollback-rb1']));
    const positions = found?.timeline.map(({ position }) => position) ?? [];
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(await createIncidentRepository(db.database).list({ statuses: ['open'], limit: 9 })).toMatchObject([
      { incidentId: 'in2' },
    ]);
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
      escalations: [{ to: 'vp', alertId: 'al3', because: 'score', at: T + 62_750 }],
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
      'rd1 drained',
      'rd2 verified',
      'rd3 ended',
      'rd4 stopped',
      'rd5 refused',
    ]);
    expect(await redirects.list({ statuses: ['stopped'], limit: 9 })).toMatchObject([{ endedAt: null }]);
    expect(await redirects.find('rd5')).toMatchObject({
      refusals: [{ rail: 'siblings' }, { rail: 'rate' }],
      key: null,
    });
  });

  it('show rollouts with their stages, commands and deliveries', async () => {
    expect(await createRolloutRepository(db.database).list({ limit: 9 })).toMatchObject([
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
      ['co2', 'issued'],
      ['co1', 'signed'],
    ]);
    const deliveries = await createDeliveryRepository(db.database).list({ dedupKey: 'in1', limit: 99 });
    expect(
      deliveries.map(({ channel, action, status, attempts }) => [channel, action, status, attempts]),
    ).toContainEqual(['pagerduty', 'trigger', 'delivered', 2]);
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

  it('find keys, the revoked ones as such', async () => {
    const keys = createApiKeyRepository(db.database);
    expect(await keys.findByKeyId('k1')).toMatchObject({ role: 'node', nodeId: 'n1', revoked: false });
    expect(await keys.findByKeyId('k2')).toMatchObject({ role: 'operator', nodeId: null, revoked: true });
    expect(await keys.findByKeyId('k3')).toBeUndefined();
  });
});
