import { type Cause, event, type EventOf, type Impact, type Reason } from '#contracts';
import type { Rollout } from '../rollout/rollout.js';
import { decideCauses } from './causes.decide.js';
import { type FailingNode, failingView } from './failing-view.fixture.js';
import { Failures } from './failures.js';
import { evolveIncident, type Incident } from './incident.js';

const OPENED_MS = 10_000_000;
const MINUTE_MS = 60_000;
const REGIONS = ['us-east', 'europe'];

/** Six nodes in each region: two of each release. */
const nodes = (failing: Readonly<Record<string, number>>): readonly FailingNode[] =>
  REGIONS.flatMap((region) =>
    ['v1', 'v1', 'v2', 'v2', 'v3', 'v3'].map((software, index) => {
      const release = `${software}+c1`;
      const bad = Math.round(1_000 * (failing[release] ?? 0));
      return { nodeId: `${region}-${index}`, pop: region, region, release, good: 1_000 - bad, bad };
    }),
  );

const rollout = (softwareVersion: string, minutesBefore: number, changes: Partial<Rollout> = {}): Rollout => ({
  rolloutId: `rollout-${softwareVersion}`,
  service: 'dns',
  release: { softwareVersion, configRev: 'c1' },
  previous: { softwareVersion: 'v1', configRev: 'c1' },
  stage: 's',
  nodes: new Set(['n']),
  startedAtMs: OPENED_MS - minutesBefore * MINUTE_MS,
  deployedAtMs: OPENED_MS - minutesBefore * MINUTE_MS,
  state: 'running',
  ...changes,
});

const incident = evolveIncident(
  undefined,
  event('IncidentOpened', {
    incidentId: 'i1',
    title: 't',
    severity: 'critical',
    alertId: 'a1',
    rule: 'r',
    scope: 'fleet',
    key: 'fleet',
    reason: {} as Reason,
    impact: {} as Impact,
    at: OPENED_MS,
  }),
) as Incident;

const rank = (
  of: Incident,
  failing: Readonly<Record<string, number>>,
  rollouts: readonly Rollout[],
  afterMs: number,
  loadedAtMs?: number,
): EventOf<'IncidentCausesRanked'> | undefined => {
  const view = failingView(nodes(failing), OPENED_MS + afterMs);
  const rules = loadedAtMs === undefined ? undefined : { fromTick: 0, windows: [], sha256: 'ab', loadedAtMs };
  const [ranked] = decideCauses(of, { rollouts, rules }, new Failures(view), view);
  return ranked as EventOf<'IncidentCausesRanked'> | undefined;
};
const brief = (causes: readonly Cause[] | undefined) => causes?.map(({ id, verdict }) => `${id} ${verdict}`);

const BOTH = [rollout('v2', 77), rollout('v3', 5)];

describe('blame', () => {
  it('B20: of two rollouts the bad one is first, though the other is nearer to the fault; with its numbers', () => {
    const ranked = rank(incident, { 'v2+c1': 0.77 }, BOTH, 2_000);
    expect(brief(ranked?.data.causes)).toEqual(['rollout-v2 proved', 'rollout-v3 ruled_out']);
    expect(ranked?.data.causes[0]).toMatchObject({
      kind: 'release',
      failingWith: 0.77,
      failingWithout: 0,
      explained: 1,
      onsetAfterMs: 77 * MINUTE_MS,
      regions: ['europe', 'us-east'],
      failingRegions: ['europe', 'us-east'],
    });
    expect(ranked?.data.because).toMatch(/^release v2\+c1 explains it: 77\.00 % fail with it/);
  });

  it('B20: a latent fault, hours later, is still that of its release', () => {
    const ranked = rank(incident, { 'v2+c1': 0.3 }, [rollout('v2', 20 * 60), rollout('v3', 1)], 2_000);
    expect(brief(ranked?.data.causes)).toEqual(['rollout-v2 proved', 'rollout-v3 ruled_out']);
  });

  it('B20: where everything fails alike, it says that none explains it', () => {
    const ranked = rank(incident, { 'v1+c1': 0.5, 'v2+c1': 0.5, 'v3+c1': 0.5 }, BOTH, 2_000);
    expect(brief(ranked?.data.causes)).toEqual(['rollout-v3 ruled_out', 'rollout-v2 ruled_out']);
    expect(ranked?.data.because).toBe('none of 2 changes explains it');
  });

  it('B20: what came after the fault is ruled out, though it fails', () => {
    const ranked = rank(incident, { 'v2+c1': 0.77 }, [rollout('v2', -1)], 2_000);
    expect(ranked?.data.causes).toMatchObject([{ verdict: 'ruled_out', because: 'it came after the fault' }]);
  });

  it('B20: a change of the configuration alone is called so; new rules are possible for a minute', () => {
    const config = rollout('v2', 5, { previous: { softwareVersion: 'v2', configRev: 'c0' } });
    const ranked = rank(incident, { 'v2+c1': 0.77 }, [config], 2_000, OPENED_MS - 20_000);
    expect(ranked?.data.causes.map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'config proved',
      'rules possible',
    ]);
    expect(rank(incident, {}, [], 2_000, OPENED_MS - 120_000)).toBeUndefined();
  });

  it('is told after two seconds, again when the answer changes, ten seconds apart, and thirty times at most', () => {
    expect(rank(incident, { 'v2+c1': 0.77 }, BOTH, 1_750)).toBeUndefined();
    const first = rank(incident, { 'v2+c1': 0.77 }, BOTH, 2_000);
    const told = evolveIncident(incident, first!) as Incident;
    const both = { 'v2+c1': 0.5, 'v3+c1': 0.9 };
    expect(rank(told, { 'v2+c1': 0.7 }, BOTH, 60_000)).toBeUndefined();
    expect(rank(told, both, BOTH, 11_750)).toBeUndefined();
    expect(rank(told, both, BOTH, 12_000)).toBeDefined();
    const often = { ...told, ranking: { ...told.ranking!, count: 30 } };
    expect(rank(often, both, BOTH, 12_000)).toBeUndefined();
  });

  it('what was proved stays proved when its release has left the fleet', () => {
    const told = evolveIncident(incident, rank(incident, { 'v2+c1': 0.77 }, BOTH, 2_000)!) as Incident;
    expect(rank(told, {}, [BOTH[1]!], 60_000)).toBeUndefined();
    expect(rank(told, {}, [BOTH[0]!, BOTH[1]!], 60_000)).toBeUndefined();
  });

  it('without any change it says nothing', () => {
    expect(rank(incident, { 'v1+c1': 0.5 }, [], 2_000)).toBeUndefined();
  });
});
