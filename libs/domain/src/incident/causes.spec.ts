import { type Cause, event, type EventOf, type Impact, type Reason, SLOT_MS } from '#contracts';
import type { Gate } from '../gate/gate.js';
import type { Rollout } from '../rollout/rollout.js';
import type { TickView } from '../rule/tick-view.js';
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
  const [ranked] = decideCauses(of, { rollouts, rules, gates: [] }, new Failures(view), view);
  return ranked as EventOf<'IncidentCausesRanked'> | undefined;
};

/** The same where only the last seconds failed: what is compared, ten seconds, holds those before as well. */
const sinceSeconds = (view: TickView, seconds: number): TickView => {
  const { windows, endSlot } = view;
  const sum: typeof windows.sum = (family, key, windowMs, slot) => {
    const all = windows.sum(family, key, windowMs, slot);
    if (windowMs !== SLOT_MS || slot > endSlot - seconds) return all;
    return { ...all, good: all.good + all.bad, bad: 0 };
  };
  return { ...view, windows: { ...windows, sum } };
};

const causesOf = (view: TickView, rollouts: readonly Rollout[], gates: readonly Gate[] = []) => {
  const [ranked] = decideCauses(incident, { rollouts, rules: undefined, gates }, new Failures(view), view);
  return (ranked as EventOf<'IncidentCausesRanked'> | undefined)?.data.causes ?? [];
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

  it('B20: of what fails a little more in a window with seconds of before the fault, it is too early to tell', () => {
    const view = failingView(nodes({ 'v2+c1': 0.03 }), OPENED_MS + 2_000);
    const [early] = causesOf(sinceSeconds(view, 3), BOTH);
    expect(early).toMatchObject({
      id: 'rollout-v2',
      verdict: 'possible',
      because: 'too early to tell: 3.00 % fail with it, 0.00 % beside it',
    });
    expect(early?.score).toBeLessThan(0.1);
    expect(causesOf(sinceSeconds(view, 3), BOTH).map(({ verdict }) => verdict)).toEqual(['possible', 'possible']);
    // The same where ten seconds of it are known: now it is said.
    expect(causesOf(sinceSeconds(view, 20), BOTH).map(({ verdict }) => verdict)).toEqual(['ruled_out', 'ruled_out']);
  });

  it('B20: what struck one PoP of four is not ruled out, though the others say nothing of it', () => {
    const pops = ['a', 'b', 'c', 'd'].flatMap((pop) =>
      ['v1', 'v2'].map((software) => {
        const release = `${software}+c1`;
        const bad = pop === 'a' && software === 'v2' ? 700 : 0;
        // A PoP holds one release: whole regions are compared.
        return {
          nodeId: `${pop}-${software}`,
          pop: `${pop}-${software}`,
          region: 'eu',
          release,
          good: 1_000 - bad,
          bad,
        };
      }),
    );
    const [cause] = causesOf(failingView(pops, OPENED_MS + 2_000), [rollout('v2', 5)]);
    expect(cause).toMatchObject({ id: 'rollout-v2', verdict: 'possible', failingWith: 0.175 });
    expect(cause?.because).toMatch(/: too little to blame it, and too much to rule it out$/);
  });

  it('B20: what is well where others run beside it is not ruled out for the PoP where it alone stands, and fails', () => {
    const node = (pop: string, software: string, bad: number) => {
      return { nodeId: `${pop}-${software}`, pop, region: 'eu', release: `${software}+c1`, good: 1_000 - bad, bad };
    };
    const mixed = ['a', 'b'].flatMap((pop) => [node(pop, 'v1', 0), node(pop, 'v2', 0)]);
    const own = { ...node('c', 'v2', 1_000), good: 0 };
    const [cause] = causesOf(failingView([...mixed, own], OPENED_MS + 60_000), [rollout('v2', 5)]);
    expect(cause).toMatchObject({ id: 'rollout-v2', verdict: 'possible' });
  });

  it('B20: what its gate speaks for is no first cause of what began before it', () => {
    const gate = { verdict: 'roll_back', phase: 'baking', service: 'dns', release: 'v2+c1', because: 'it crashes' };
    const [cause] = causesOf(failingView(nodes({}), OPENED_MS + 60_000), [rollout('v2', -5)], [gate as Gate]);
    expect(cause).toMatchObject({ verdict: 'possible', score: 0.1 });
    expect(cause?.because).toMatch(/^it came after the fault, but its gate says to roll it back: it crashes$/);
  });

  it('B20: of a handful of outcomes nothing is known, and none is ruled out', () => {
    const few = nodes({}).map((node) => (node.release === 'v2+c1' ? { ...node, good: 10 } : node));
    expect(brief(causesOf(failingView(few, OPENED_MS + 2_000), [rollout('v2', 5)]))).toEqual(['rollout-v2 possible']);
  });

  it('B20: a release whose gate says to roll it back is never ruled out', () => {
    const { release } = BOTH[0]!;
    const gate = { verdict: 'roll_back', phase: 'baking', service: 'dns', release: 'v2+c1', because: 'it crashes' };
    const view = failingView(nodes({}), OPENED_MS + 60_000);
    const causes = causesOf(view, BOTH, [gate as Gate]);
    expect(brief(causes)).toEqual(['rollout-v2 possible', 'rollout-v3 ruled_out']);
    expect(causes[0]).toMatchObject({ release, score: 0.5, because: 'its gate says to roll it back: it crashes' });
    expect(brief(causesOf(view, BOTH, [{ ...gate, phase: 'over' } as Gate]))).toContain('rollout-v2 ruled_out');
  });

  it('is told again two seconds later while it is too early to tell', () => {
    const view = (afterMs: number) => sinceSeconds(failingView(nodes({ 'v2+c1': 0.03 }), OPENED_MS + afterMs), 3);
    const changes = { rollouts: BOTH, rules: undefined, gates: [] };
    const [first] = decideCauses(incident, changes, new Failures(view(2_000)), view(2_000));
    const told = evolveIncident(incident, first as EventOf<'IncidentCausesRanked'>) as Incident;
    expect(rank(told, { 'v2+c1': 0.77 }, BOTH, 3_750)).toBeUndefined();
    expect(brief(rank(told, { 'v2+c1': 0.77 }, BOTH, 4_000)?.data.causes)).toContain('rollout-v2 proved');
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
