import fc from 'fast-check';
import { AUTOMATION_MODES, type Reason } from '#contracts';
import type { RailFacts } from './rail.js';
import { GOOD_FACTS } from './rail-facts.fixture.js';
import { judgeRails } from './rails.js';
import { decideRollback } from './rollback.decide.js';

/** So many states that each pair of the thirty broken parts comes up in dozens of them. */
const STATES = 20_000;

const TRIGGER: Reason = {
  rule: 'r',
  signal: 's',
  text: 't',
  value: 1,
  threshold: 2,
  windowMs: 1_000,
  good: 1,
  bad: 1,
  tick: 1,
  coverage: 1,
};

/** Mostly what is as it should be, so that commands are not rare; else anything. */
const mostly = <T>(good: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 39, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: other });

const AT = GOOD_FACTS.at;
const DAY = 24 * 60 * 60 * 1_000;
const nodeId = fc.integer({ min: 0, max: 39 }).map((index) => `n${index}`);

const fleet = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 20,
      maxLength: 40,
    }),
    fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    mostly(false, fc.constant(true)),
  )
  .map(([places, down, isPoor]) => {
    const nodes = places.map(([region, pop], index) => ({
      nodeId: `n${index}`,
      pop: `r${region}-p${pop}`,
      region: `r${region}`,
    }));
    const serving = nodes.filter((_, index) => !(isPoor && down[index] === true)).map((node) => node.nodeId);
    return { nodes, serving: new Set(serving) };
  });

const rollout = fc
  .record({
    state: mostly('running', fc.constantFrom('halted', 'completed', 'ended', 'rolled_back')),
    ageMs: mostly(1_000_000, fc.integer({ min: 0, max: 2 * DAY })),
    isSame: mostly(false, fc.constant(true)),
    nodes: mostly(
      Array.from({ length: 40 }, (_, index) => `n${index}`),
      fc.array(nodeId),
    ),
  })
  .map(({ state, ageMs, isSame, nodes }) => {
    const known = GOOD_FACTS.rollout!;
    const previous = isSame ? known.release : known.previous;
    return { ...known, state, deployedAtMs: AT - ageMs, previous, nodes: new Set(nodes) } as RailFacts['rollout'];
  });

const target = fc
  .record({
    goodForMs: mostly(2 * DAY, fc.integer({ min: 0, max: 2 * DAY })),
    nodes: mostly(40, fc.integer({ min: 1, max: 6 })),
    isRollbackSafe: mostly(true, fc.constant(false)),
    isAttested: mostly(true, fc.constant(false)),
    isRehearsed: mostly<boolean | undefined>(true, fc.constantFrom(false, undefined)),
    isQuarantined: mostly(false, fc.constant(true)),
  })
  .map(({ goodForMs, nodes, isRollbackSafe, isAttested, isRehearsed, isQuarantined }) => ({
    ...GOOD_FACTS.target!,
    attested: isAttested ? { goodSinceMs: AT - goodForMs, nodes, isRollbackSafe } : undefined,
    isRehearsed,
    quarantined: isQuarantined ? { rollbackId: 'rb0', because: 'it failed' } : undefined,
  }));

const coverage = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
  .map(([expected, live, proved]) => ({
    expected,
    live: Math.min(live, expected),
    proved: Math.min(proved, expected),
  }));

const facts: fc.Arbitrary<RailFacts> = fc.record({
  at: fc.constant(AT),
  gateSays: mostly<string | undefined>(undefined, fc.constant('the gate says so')),
  outcomes: mostly(5_000, fc.integer({ min: 0, max: 2_000 })),
  badNodes: mostly(['n0', 'n1', 'n2'], fc.array(nodeId, { maxLength: 6 })),
  comparison: mostly(
    GOOD_FACTS.comparison,
    fc.record({
      release: fc.constant('v2+c2'),
      success: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
      control: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
      effect: fc.option(fc.double({ min: -10, max: 20, noNaN: true }), { nil: undefined }),
      isSignificant: fc.boolean(),
      isCleared: fc.constant(false),
      strata: fc.integer({ min: 0, max: 3 }),
    }),
  ),
  cohort: mostly({ expected: 10, live: 10, proved: 0 }, coverage),
  control: mostly({ expected: 10, live: 10, proved: 0 }, coverage),
  unreadable: mostly<readonly string[]>([], fc.constant(['records are lost'])),
  rollout: mostly<RailFacts['rollout']>(GOOD_FACTS.rollout, fc.constant(undefined)).chain((known) =>
    known === undefined ? fc.constant(undefined) : rollout,
  ),
  explainedBy: mostly<string | undefined>(undefined, fc.constant('ro2')),
  target: mostly<boolean>(true, fc.constant(false)).chain((is) => (is ? target : fc.constant(undefined))),
  isTargetLeft: mostly(false, fc.constant(true)),
  waves: fc.oneof(
    { weight: 19, arbitrary: fc.constant([['n0'], ['n1'], ['n2', 'n3'], ['n4']]) },
    { weight: 3, arbitrary: fc.array(fc.array(nodeId, { maxLength: 8 }), { maxLength: 5 }) },
  ),
  fleet,
  rate: mostly(
    GOOD_FACTS.rate,
    fc.record({
      lastHereMs: fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined }),
      inDay: fc.integer({ min: 0, max: 4 }),
      isOpen: fc.boolean(),
    }),
  ),
  isOn: mostly(true, fc.constant(false)),
  offBecause: fc.constant(undefined),
  mode: mostly<RailFacts['mode']>('auto', fc.constantFrom(...AUTOMATION_MODES)),
});

/** What the design says of a command, in its own words and by its own arithmetic: what each clause is called when it is broken. */
const violations = (state: RailFacts): readonly string[] => {
  const broken: string[] = [];
  const must = (isTrue: boolean, clause: string): void => {
    if (!isTrue) broken.push(clause);
  };
  const {
    comparison: { effect },
    waves,
    rollout: deployed,
    target: to,
  } = state;
  if (state.gateSays === undefined) {
    must(state.outcomes > 999, 'a thousand outcomes');
    must(state.badNodes.length > 2, 'three bad nodes');
    must(effect !== undefined && !(effect < 5), 'five points');
    must(state.comparison.isSignificant, 'p < 0.001');
  }
  must(deployed !== undefined, 'a deployment');
  if (deployed !== undefined) {
    for (const bad of state.badNodes) must(deployed.nodes.has(bad), 'on exactly these nodes');
    const isWatched = !['ended', 'rolled_back'].includes(deployed.state);
    must(AT - deployed.deployedAtMs <= (isWatched ? DAY : DAY / 24), 'recent enough');
    must(JSON.stringify(deployed.release) !== JSON.stringify(deployed.previous), 'another release');
    for (const wave of waves) for (const each of wave) must(deployed.nodes.has(each), 'named by the rollout');
  }
  must(state.explainedBy === undefined, 'no other explanation');
  must(state.cohort.expected > 0 && (state.cohort.live + state.cohort.proved) * 5 >= state.cohort.expected * 4, 'seen');
  must(state.control.expected > 0 && state.control.live * 5 >= state.control.expected * 4, 'a control that is seen');
  must(state.unreadable.length === 0, 'readable');
  must(state.mode === 'auto', 'nobody wants to be asked');
  must(to?.attested !== undefined, 'attested');
  must((to?.attested?.goodSinceMs ?? Infinity) <= AT - DAY, 'for a day');
  must((to?.attested?.nodes ?? 0) > 2, 'on three nodes');
  must(to?.attested?.isRollbackSafe === true, 'safe');
  must(to?.isRehearsed === true, 'rehearsed');
  must(to?.quarantined === undefined && !state.isTargetLeft, 'free');
  const named = waves.flat();
  must(named.length > 0 && waves.every((wave) => wave.length > 0), 'somebody');
  must(
    named.every((each, index) => named.indexOf(each) === index),
    'once each',
  );
  const [first = [], second = []] = waves;
  const popsOf = (wave: readonly string[]) =>
    new Set(wave.map((id) => state.fleet.nodes.find((n) => n.nodeId === id)?.pop));
  must(popsOf(first).size === 1 || first.length <= 1 || first.length * 20 <= state.fleet.nodes.length, 'a small wave');
  if (first.length * 4 < named.length) must((first.length + second.length - 1) * 4 < named.length, 'a quarter');
  for (const region of ['r0', 'r1', 'r2']) {
    const here = state.fleet.nodes.filter((node) => node.region === region).map((node) => node.nodeId);
    const up = here.filter((each) => state.fleet.serving.has(each));
    for (const wave of waves) {
      const left = up.filter((each) => !wave.includes(each)).length;
      // One of a region of one or two, where all serve, is the smallest step that there is.
      const isSmallest = here.length <= 2 && up.length === here.length && up.length - left === 1;
      must(left === up.length || left * 5 >= here.length * 3 || isSmallest, '60 % go on serving');
    }
  }
  must((state.rate.lastHereMs ?? Infinity) >= 30 * 60_000, 'not again within half an hour');
  must(state.rate.inDay < 3 && !state.rate.isOpen, 'not the fourth of a day');
  must(state.isOn, 'switched on');
  return broken;
};

describe('random states', () => {
  it('RAIL: a command implies that all rails hold, and what a rail refuses is broken by the letter of the design', () => {
    let commands = 0;
    const seen = new Set<string>();
    fc.assert(
      fc.property(facts, (state) => {
        const rails = judgeRails(state);
        const triggers = [{ order: 1, reason: TRIGGER, heldSinceMs: 0 }];
        const all = { rollbackId: 'rb1', incidentId: 'i1', judged: [], triggers, facts: state, rails };
        const isCommanded = decideRollback(undefined, all).some(({ type }) => type === 'RollbackDecided');
        const broken = violations(state);
        if (isCommanded) commands += 1;
        for (const clause of broken) seen.add(clause);
        expect({ isCommanded, broken }).toEqual({ isCommanded: broken.length === 0, broken });
      }),
      { numRuns: STATES, seed: 20_210_722 },
    );
    // Neither all nor none: the property was looked at from both sides, and every clause was broken.
    expect(commands).toBeGreaterThan(STATES / 100);
    expect(seen.size).toBe(28);
  });
});
