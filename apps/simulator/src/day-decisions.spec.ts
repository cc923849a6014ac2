import { releaseName } from '#contracts';
import { playDecisions } from './decisions.fixture.js';
import { all, START_MS } from './event-time-day.fixture.js';
import { BAD_RELEASE, buildFleet } from './fleet.js';

describe('the day, decided in event time', () => {
  const { told, oracle, exposed } = playDecisions(20_210_722, 40);
  const faultMs = oracle.firstFailureMs() ?? Number.NaN;
  const alerts = all(told, 'AlertFired');

  it('R104: the bad cohort is detected within a second of the first failure, and before the fleet', () => {
    expect((alerts[0]?.atMs ?? Number.NaN) - faultMs).toBeLessThan(1_000);
    expect(alerts[0]?.data).toMatchObject({ scope: 'release_region' });
    expect(alerts[0]?.data.key).toContain(releaseName(BAD_RELEASE));
  });

  it('no alert before the fault, none on the sound release', () => {
    expect(alerts.filter(({ atMs }) => atMs < faultMs)).toEqual([]);
    const cohorts = alerts
      .filter(({ data }) => data.scope === 'release_region')
      .map(({ data }) => data.key.split('|')[0]);
    expect(new Set(cohorts)).toEqual(new Set([releaseName(BAD_RELEASE)]));
  });

  it('R107: one incident, one rollback, decided within 5 s; its waves are the nodes of the bad release and no others', () => {
    expect(all(told, 'IncidentOpened')).toHaveLength(1);
    const [decided, ...more] = all(told, 'RollbackDecided');
    expect(more).toEqual([]);
    expect((decided?.atMs ?? Number.NaN) - faultMs).toBeLessThan(5_000);
    const bad = buildFleet(48).filter((node) => node.firstCloud);
    expect(decided?.data.waves.flat().toSorted()).toEqual(bad.map(({ nodeId }) => nodeId).toSorted());
  });

  it('R110: every wave is verified and the rollback completes within 30 s', () => {
    const [completed] = all(told, 'RollbackCompleted');
    expect((completed?.atMs ?? Number.NaN) - faultMs).toBeLessThan(30_000);
    expect(all(told, 'WaveVerified')).toHaveLength(all(told, 'RollbackDecided')[0]?.data.waves.length ?? -1);
  });

  it('R67-R69, R109: within 15 s nine of ten exposed customers are found, and nobody who was not hurt', () => {
    const seen = all(told, 'IncidentImpactChanged').filter(({ atMs }) => atMs - faultMs <= 15_000);
    const affected = Math.max(...seen.map(({ data }) => data.impact.affectedCustomers));
    expect(affected).toBeGreaterThanOrEqual(0.9 * exposed.size);
    expect(affected).toBeLessThanOrEqual(oracle.affected().size);
    expect([...oracle.affected()].filter((customerId) => !exposed.has(customerId))).toEqual([]);
    const tops = all(told, 'IncidentImpactChanged').flatMap(({ data }) => data.impact.top);
    expect(tops.filter(({ customerId }) => !exposed.has(customerId))).toEqual([]);
  });

  it('B1: the same seed decides the same, event by event', () => {
    expect(playDecisions(20_210_722, 14).told).toEqual(told.filter(({ atMs }) => atMs <= START_MS + 14_000));
  });
});
