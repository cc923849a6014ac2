import { event, ruleSetSchema, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createAlertRepository } from './alert.repository.js';
import { HISTORY_AT_MS as T, tell } from './history/event-history.fixture.js';
import { createEventStore } from './event-store.js';
import { createIncidentRepository } from './incident.repository.js';
import { quiet } from './history/quiet-history.fixture.js';
import { createQuietRepository } from './quiet.repository.js';

const MINUTE_MS = 60_000;
const loaded = event('RulesLoaded', {
  version: 1,
  sha256: 'ab'.repeat(32),
  source: 'rules.yml',
  fromTick: 1,
  ruleSet: ruleSetSchema.parse({
    rules: [],
    maintenance: [{ name: 'nightly', timeZone: 'UTC', days: ['thu'], startsAt: '16:00', durationMs: 60 * MINUTE_MS }],
  }),
  at: T - 60_000,
});

describe('what pages nobody', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
    await tell(
      createEventStore(db.database, () => T),
      [...quiet, [streamOf.rules, 0, [loaded]]],
    );
  });
  afterAll(() => db.close());

  it('B16: silences are listed with their end, who ended them, and whether they muted anything', async () => {
    const repository = createQuietRepository(db.database);
    expect(await repository.silences.list({ limit: 9 })).toMatchObject([
      { silenceId: 'si2', comment: 'more work', endsSoon: true, hasMatched: null, alertsMuted: 0, expiredBy: null },
      {
        silenceId: 'si1',
        where: { region: ['us-*'] },
        endsAt: T + 30 * MINUTE_MS,
        expiredBy: 'user:bob',
        hasMatched: true,
        alertsMuted: 1,
      },
    ]);
    expect(await repository.standing(T)).toBe(1);
    expect(await repository.standing(T + 60 * MINUTE_MS)).toBe(0);
    expect(await repository.silence('si9')).toBeUndefined();
  });

  it('B16: occurrences of maintenance with what broke them, and whether they muted anything; and the windows', async () => {
    const repository = createQuietRepository(db.database);
    expect(await repository.occurrences.list({ limit: 9 })).toMatchObject([
      { maintenanceId: 'ma1', window: 'nightly', brokenAt: T + 2, brokenBecause: 'success 23 %', alertsMuted: 2 },
      { maintenanceId: 'ma2', endsSoon: true, endedAt: null, hasMatched: null },
      { maintenanceId: 'ma3', endedAt: T + 3, endedBecause: 'over', hasMatched: false },
    ]);
    expect(await repository.windows()).toMatchObject([{ name: 'nightly', timeZone: 'UTC' }]);
  });

  it('alerts and incidents say why they page nobody; an incident has its root and its causes', async () => {
    const alerts = createAlertRepository(db.database);
    expect((await alerts.find('al5'))?.muted).toMatchObject({ by: 'alert', id: 'al4' });
    expect([(await alerts.find('al4'))?.muted, (await alerts.find('al6'))?.muted]).toEqual([null, null]);
    const incidents = createIncidentRepository(db.database);
    expect(await incidents.findRow('in3')).toMatchObject({
      muted: null,
      title: 'success of v2.1.5+c42',
      alertId: 'al5',
      scope: 'release',
      key: 'v2.1.5+c42',
      causes: [{ id: 'ro1', verdict: 'proved' }],
      causesBecause: 'it',
    });
    expect(await incidents.findRow('in4')).toMatchObject({ muted: { by: 'silence' }, causes: [] });
  });
});
