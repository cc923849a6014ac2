import { event, type Event, type Scope, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { type AlertRepository, createAlertRepository } from './alert.repository.js';
import { reasonOf } from './history/event-history.fixture.js';
import { readStreams } from './event-read.js';
import { createEventStore } from './event-store.js';

interface Subject {
  readonly rule: string;
  readonly scope: Scope;
  readonly key: string;
}

const FLEET: Subject = { rule: 'R17', scope: 'fleet', key: 'fleet' };
const reason = reasonOf(80);
const fired = (alertId: string, at: number, subject = FLEET): Event =>
  event('AlertFired', { alertId, ...subject, severity: 'critical', reason, at });
const resolved = (alertId: string, at: number): Event => event('AlertResolved', { alertId, reason, at });

describe('alerts as they were', () => {
  let db: TestDatabase;
  let alerts: AlertRepository;
  beforeAll(async () => {
    db = await openTestDatabase();
    alerts = createAlertRepository(db.database);
    const store = createEventStore(db.database, () => 0);
    const tell = async (alertId: string, expectedVersion: number, ...events: readonly Event[]): Promise<void> => {
      const streams = [{ stream: streamOf.alert(alertId), expectedVersion, events }];
      const result = await store.append(streams, { actor: 'rules', cause: 'test' });
      if ('conflict' in result) throw new Error(`tell: ${result.conflict} has another version`);
    };
    // Written between each other, so that the order of the log is not that of the streams.
    await tell('second', 0, fired('second', 5_000));
    await tell('first', 0, fired('first', 1_000), resolved('first', 3_000));
    await tell('elsewhere', 0, fired('elsewhere', 1_000, { ...FLEET, scope: 'region', key: 'us-east' }));
    await tell('other-rule', 0, fired('other-rule', 1_000, { ...FLEET, rule: 'R18' }));
    await tell(
      'pending',
      0,
      event('AlertPending', {
        alertId: 'pending',
        ...FLEET,
        rule: 'R19',
        severity: 'warning',
        reason,
        dueAtMs: 9_000,
        at: 1_000,
      }),
    );
    await tell('second', 1, event('AlertBecameUnknown', { alertId: 'second', because: 'no node reports', at: 6_000 }));
  });
  afterAll(() => db.close());

  const openAt = async (at: number, subject = FLEET): Promise<string | undefined> =>
    (await alerts.openAt({ ...subject, at }))?.alertId;

  it('B13: the one that had fired and was not over is found; at its first ms it is open, at its last it is not', async () => {
    expect(await openAt(999)).toBeUndefined();
    expect(await openAt(1_000)).toBe('first');
    expect(await openAt(2_999)).toBe('first');
    expect(await openAt(3_000)).toBeUndefined();
    expect(await openAt(4_999)).toBeUndefined();
  });

  it('B13: an alert whose telemetry stopped is open', async () => {
    expect(await openAt(5_000)).toBe('second');
    expect(await openAt(60_000)).toBe('second');
  });

  it('B13: of this rule and this subject alone, and never one that only waits to fire', async () => {
    expect(await openAt(2_000, { ...FLEET, scope: 'region', key: 'us-east' })).toBe('elsewhere');
    expect(await openAt(2_000, { ...FLEET, scope: 'pop', key: 'us-east' })).toBeUndefined();
    expect(await openAt(2_000, { ...FLEET, rule: 'R18' })).toBe('other-rule');
    expect(await openAt(10_000, { ...FLEET, rule: 'R19' })).toBeUndefined();
  });

  it('many are read at once, in the order in which they began; ids that nothing has are left out', async () => {
    const rows = await alerts.findAll(['second', 'none', 'first', 'elsewhere', 'first']);
    expect(rows.map(({ alertId }) => alertId)).toEqual(['elsewhere', 'first', 'second']);
    expect(rows[1]).toMatchObject({ state: 'resolved', firedAt: 1_000, resolvedAt: 3_000 });
    expect(await alerts.findAll([])).toEqual([]);
  });

  it('streams are read together in the order of the log, not stream by stream', async () => {
    const read = await readStreams(db.database, ['first', 'second', 'none'].map(streamOf.alert));
    expect(read.map(({ stream, version }) => [stream, version])).toEqual([
      ['alert-second', 1],
      ['alert-first', 1],
      ['alert-first', 2],
      ['alert-second', 2],
    ]);
    expect(read.map(({ position }) => position)).toEqual(
      read.map(({ position }) => position).toSorted((a, b) => a - b),
    );
    expect(read[1]).toMatchObject({ event: fired('first', 1_000), metadata: { actor: 'rules', cause: 'test' } });
    expect(await readStreams(db.database, [])).toEqual([]);
  });
});
