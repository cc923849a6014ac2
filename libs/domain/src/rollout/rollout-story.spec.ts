import { DEFAULT_PLAN, event, type EventType, type RolloutPlan, streamOf } from '#contracts';
import { EngineStory, obey, ORIGIN_MS } from '#testing';
import { PROBE_FAMILIES } from '../probe/probe-families.js';

const GOOD = { softwareVersion: 'v1', configRev: 'c1' };
const NEW = { softwareVersion: 'v2', configRev: 'c2' };
const NAME = 'v2+c2';
const ID = 'ro1';
const DAY_MS = 86_400_000;
const at = ORIGIN_MS;

/**
 * The shares and gates of the study's pipeline; a minute of its time is a second here, and nothing is judged by customers: of one customer
 * the evidence would take longer than all the rest.
 */
const QUICK: RolloutPlan = {
  stages: DEFAULT_PLAN.stages.map(({ gate: { customerFailing: _none, ...gate }, ...stage }) => ({
    ...stage,
    durationMs: stage.durationMs / 60,
    gate,
  })),
  watchMs: 10_000,
};

/** A hundred nodes: two regions of five PoPs with ten nodes each. */
const story = (): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'shop', name: 'Shop', tier: 'tier3', critical: false }],
    settings: { verifyMs: 10_000 },
    rules: [],
    build: (fleet) => {
      for (const region of ['europe', 'us-east'])
        for (let index = 0; index < 50; index += 1)
          fleet.add({
            nodeId: `${region}-n${index}`,
            pop: `${region}-${index % 5}`,
            region,
            release: 'v1+c1',
            failing: 0,
          });
    },
  });

const declare = (
  told: EngineStory,
  mode: 'driving' | 'advisory',
  plan = QUICK,
  nodes: readonly string[] = [],
): void => {
  const [of, by] = [{ rolloutId: ID, at }, 'user:ana'];
  const families = PROBE_FAMILIES.map((family) => ({ family, passed: true, detail: '' }));
  const good = { service: 'dns', release: GOOD, by, at };
  told.tell(
    streamOf.release('dns', 'v1+c1'),
    event('ReleaseAttested', { ...good, goodSinceMs: at - DAY_MS, nodes: 100, isRollbackSafe: true }),
    event('RollbackRehearsed', { ...good, passed: true, detail: '' }),
  );
  told.tell(
    streamOf.rollout(ID),
    event('RolloutDeclared', {
      ...of,
      service: 'dns',
      release: NEW,
      previous: GOOD,
      mode,
      plan,
      nodes: [...nodes],
      by,
    }),
    event('RiskAssessed', { ...of, risk: 'low', author: 'Ana', text: '', by }),
    event('LoadTested', { ...of, nodeId: 'europe-n0', families, by }),
  );
};
const start = (told: EngineStory): void =>
  told.tell(streamOf.rollout(ID), event('RolloutStartRequested', { rolloutId: ID, by: 'user:ana', at }));

const signal = (told: EngineStory, stage: string, count: number): void => {
  const nodes = told.fleet.nodes.slice(0, count);
  for (const node of nodes) node.release = NAME;
  told.fleet.signals.push({
    type: 'deploy',
    rolloutId: ID,
    service: 'dns',
    release: NEW,
    previous: GOOD,
    stage,
    nodes: nodes.map(({ nodeId }) => nodeId),
    atUs: 0,
  });
};

describe('a rollout that Tocsin drives', () => {
  it('R33, R34, R35: goes through the stages of the default plan by its gate, is watched, and ends', () => {
    const told = story();
    told.onDecided = obey(told, 1, 0);
    declare(told, 'driving');
    start(told);
    told.play(560);
    expect(told.all('BlastRadiusComputed')).toMatchObject([
      { stages: [{ stage: 'canary', nodes: 1, customers: 0 }, {}, {}, {}, {}, {}, {}] },
    ]);
    expect(told.all('StagePromoted').map(({ stage }) => stage)).toEqual(QUICK.stages.map(({ name }) => name));
    const commanded = told.all('StageCommanded').map(({ stage, nodes }) => [stage, nodes.length]);
    expect(commanded).toEqual([
      ['canary', 1],
      ['early_adopter', 4],
      ['production-1', 15],
      ['production-2', 20],
      ['production-3', 20],
      ['production-4', 20],
      ['production-5', 20],
    ]);
    expect([told.all('RolloutCompleted').length, told.all('RolloutEnded').length]).toEqual([1, 1]);
    expect(told.fleet.nodes.every(({ release }) => release === NAME)).toBe(true);
  });
});

describe('B7: a breach of a rollout, in each phase of its gate', () => {
  const [canary, last] = [QUICK.stages[0], QUICK.stages.at(-1)];
  if (canary === undefined || last === undefined) throw new Error('the default plan has two stages at least');
  /** Two stages are enough to be in every phase. */
  const TWO: RolloutPlan = { stages: [canary, last], watchMs: 600_000 };
  const CAREFUL: RolloutPlan = { ...TWO, stages: [{ ...canary, needsApproval: true }, last] };
  /** Two fifths of the nodes of each PoP: the others are its control to the end. */
  const nodes = ['europe', 'us-east'].flatMap((region) =>
    Array.from({ length: 20 }, (_, index) => `${region}-n${index}`),
  );

  it.each<[string, RolloutPlan, EventType, number]>([
    ['while it bakes', TWO, 'StageCommanded', 1],
    ['while it waits for a person', CAREFUL, 'GateDecided', 1],
    ['in the watch after the last stage', TWO, 'RolloutCompleted', 40],
  ])('%s makes exactly one rollback, of the nodes that have the release', (_, plan, fromType, count) => {
    const told = story();
    const obeys = obey(told, 1, 0);
    let isBroken = false;
    told.onDecided = (events, afterS) => {
      obeys(events, afterS);
      isBroken ||= events.some(({ type }) => type === fromType);
      for (const node of told.fleet.nodes) node.failing = isBroken && node.release === NAME ? 0.02 : 0;
    };
    declare(told, 'driving', plan, nodes);
    start(told);
    for (let left = 60; left > 0 && told.all('RolloutRolledBack').length === 0; left -= 1) told.play(5);
    const decided = told.all('RollbackDecided');
    expect(decided).toMatchObject([{ rolloutId: ID, from: NEW, to: GOOD }]);
    const commanded = told
      .all('CommandIssued')
      .flatMap(({ command }) => (command.action === 'rollback' ? command.audience : []));
    expect(new Set(commanded).size).toBe(count);
    expect([commanded.length, told.all('RolloutRolledBack').length]).toEqual([count, 1]);
    expect(told.all('GateDecided').filter(({ verdict }) => verdict === 'roll_back')).toHaveLength(1);
    // Nothing goes on, and nothing is decided a second time.
    told.play(30);
    expect(told.all('RollbackDecided')).toEqual(decided);
    expect(told.all('StageApproved').length + told.all('RolloutEnded').length).toBe(0);
  });
});

describe('RAIL-8: a stage that is most of a region', () => {
  it('goes through it by turns: at least 60 % of its nodes serve at any time', () => {
    const told = story();
    told.onDecided = obey(told, 1, 0);
    const [canary, last] = [QUICK.stages[0], QUICK.stages.at(-1)];
    if (canary === undefined || last === undefined) throw new Error('the default plan has two stages at least');
    const nodes = Array.from({ length: 45 }, (_, index) => `europe-n${index}`);
    declare(told, 'driving', { stages: [canary, last], watchMs: 600_000 }, nodes);
    start(told);
    told.play(180);
    expect(told.all('StageCommanded').map((each) => each.nodes.length)).toEqual([1, 20, 20, 4]);
  });
});

describe('a rollout that a deploy tool brings', () => {
  it('R40: is halted when the tool brings more nodes than its stage allows', () => {
    const told = story();
    declare(told, 'advisory');
    told.play(2);
    signal(told, 'canary', 1);
    told.play(2);
    expect(told.all('RolloutHalted')).toEqual([]);
    signal(told, 'all', 25);
    told.play(2);
    expect(told.all('RolloutHalted')).toMatchObject([{ because: '25 nodes have it, stage canary allows 1 (1 %)' }]);
  });
  it('R49: is halted when the tool begins without the pre-flight', () => {
    const told = story();
    const of = { rolloutId: ID, at, by: 'deploy:ci' };
    const both = { release: NEW, previous: GOOD };
    told.tell(
      streamOf.rollout(ID),
      event('RolloutDeclared', { ...of, service: 'dns', ...both, mode: 'advisory', plan: QUICK, nodes: [] }),
    );
    told.play(2);
    signal(told, 'canary', 1);
    told.play(2);
    expect(told.all('RolloutStarted')).toHaveLength(1);
    expect(told.all('RolloutHalted')[0]?.because).toMatch(/without its pre-flight: risk: .*; load_test/);
  });
});

describe('a release that nobody told of', () => {
  const change = (told: EngineStory, from: number, to: number, release: string): void => {
    for (const node of told.fleet.nodes.slice(from, to)) node.release = release;
  };

  it('is noticed, once, with the nodes that join it, also by a process that was killed meanwhile', () => {
    const told = story();
    told.play(5);
    expect(told.all('RolloutStarted')).toEqual([]);
    change(told, 0, 2, NAME);
    told.play(5);
    told.restart();
    told.play(10);
    change(told, 2, 3, NAME);
    told.play(5);
    told.restart();
    told.play(5);
    expect(told.all('RolloutStarted')).toMatchObject([
      { origin: 'telemetry', previous: GOOD, nodes: ['europe-n0', 'europe-n1'] },
    ]);
    expect(told.all('RolloutStageReached')).toMatchObject([{ nodes: ['europe-n2'] }]);
    // They go back by hand: that is no release of its own.
    change(told, 0, 3, 'v1+c1');
    told.play(20);
    expect(told.all('RolloutStarted')).toHaveLength(1);
  });
});
