import { type BlameCell, compareCells, judgeChanges } from './blame.js';
import { carries, changesUnderWay } from './change.js';
import type { Rollout } from './rollout.js';
import { compareStrata } from './stratified.js';

const RUNS = 100;
/** As a fleet of ten nodes in each of twelve PoPs answers in ten seconds, at 40 queries a second. */
const OUTCOMES = 400;
const USUAL = 0.0005;

/** Numbers from 0 to 1 that a seed makes again (mulberry32). */
const randomOf = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
type Random = ReturnType<typeof randomOf>;

const versionOf = (text: string) => {
  const [softwareVersion = '', configRev = ''] = text.split('+');
  return { softwareVersion, configRev };
};

const rolloutOf = (rolloutId: string, from: string, to: string, startedAtMs = 0): Rollout => ({
  rolloutId,
  service: 'dns',
  release: versionOf(to),
  previous: versionOf(from),
  stage: 'canary',
  nodes: new Set(['n']),
  startedAtMs,
  deployedAtMs: startedAtMs,
  state: 'running',
});

interface Node {
  readonly region: string;
  readonly pop: string;
  readonly index: number;
  release: string;
}

const fleet = (): readonly Node[] =>
  Array.from({ length: 120 }, (_, index) => ({
    region: `r${index % 3}`,
    pop: `r${index % 3}-p${index % 12}`,
    index,
    release: 'v4+c41',
  }));

/** Counts of nodes that fail by these shares, with the luck of a draw; nodes differ by a tenth. */
const cellsOf = (nodes: readonly Node[], shareOf: (node: Node) => number, random: Random): readonly BlameCell[] =>
  nodes.map((node) => {
    const share = Math.min(1, shareOf(node) * (0.9 + 0.2 * random()));
    let bad = 0;
    for (let each = 0; each < OUTCOMES; each += 1) if (random() < share) bad += 1;
    return { region: node.region, pop: node.pop, release: node.release, good: OUTCOMES - bad, bad };
  });

const blamedOf = (rollouts: readonly Rollout[], cells: readonly BlameCell[]): readonly string[] =>
  judgeChanges(changesUnderWay(rollouts), cells)
    .filter(({ isBlamed }) => isBlamed)
    .map(({ change }) => change.rollout.rolloutId);

const pick = <T>(from: readonly T[], share: number, random: Random): readonly T[] =>
  from.filter(() => random() < share);

/** Where two rollouts are, and who has which. */
interface Layout {
  readonly rollouts: readonly [Rollout, Rollout];
  readonly nodes: readonly Node[];
  /** Whether a node has the first, and the second. */
  readonly has: readonly [(node: Node) => boolean, (node: Node) => boolean];
}

const SOFTWARE = rolloutOf('software', 'v4+c41', 'v5+c41', 1);
const CONFIG = rolloutOf('config', 'v4+c41', 'v4+c42', 2);
const OTHER = rolloutOf('other', 'v4+c41', 'v6+c43', 3);

const LAYOUTS: Readonly<Record<string, (random: Random) => Layout>> = {
  'on different nodes': (random) => {
    const nodes = fleet();
    for (const node of nodes) {
      const luck = random();
      if (luck < 0.2) node.release = 'v5+c41';
      else if (luck < 0.4) node.release = 'v6+c43';
    }
    const has = [({ release }: Node) => release === 'v5+c41', ({ release }: Node) => release === 'v6+c43'] as const;
    return { rollouts: [SOFTWARE, OTHER], nodes, has };
  },
  'of software and of configuration, on both for some nodes': (random) => {
    const nodes = fleet();
    const software = new Set(pick(nodes, 0.3, random));
    const config = new Set(nodes.filter((node) => random() < (software.has(node) ? 0.7 : 0.1)));
    for (const node of nodes) node.release = `${software.has(node) ? 'v5' : 'v4'}+${config.has(node) ? 'c42' : 'c41'}`;
    return { rollouts: [SOFTWARE, CONFIG], nodes, has: [(node) => software.has(node), (node) => config.has(node)] };
  },
  'in one region': (random) => {
    const nodes = fleet();
    const here = nodes.filter(({ region }) => region === 'r1');
    const software = new Set(pick(here, 0.4, random));
    const config = new Set(pick(here, 0.4, random));
    for (const node of nodes) node.release = `${software.has(node) ? 'v5' : 'v4'}+${config.has(node) ? 'c42' : 'c41'}`;
    return { rollouts: [SOFTWARE, CONFIG], nodes, has: [(node) => software.has(node), (node) => config.has(node)] };
  },
  'of which one came to whole PoPs': (random) => {
    const nodes = fleet();
    const config = new Set(nodes.filter(({ index }) => index % 12 < 5));
    const software = new Set(pick(nodes, 0.3, random));
    for (const node of nodes) node.release = `${software.has(node) ? 'v5' : 'v4'}+${config.has(node) ? 'c42' : 'c41'}`;
    return { rollouts: [SOFTWARE, CONFIG], nodes, has: [(node) => software.has(node), (node) => config.has(node)] };
  },
};
const EACH = Object.entries(LAYOUTS).flatMap(([name, layout]) => [
  [name, 0, layout] as const,
  [name, 1, layout] as const,
]);

/** How often each set of rollouts is blamed, in a hundred runs. */
const tallyOf = (blamed: (random: Random) => readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const key = blamed(randomOf(seed)).join(' ') || 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('two rollouts under way', () => {
  it.each(EACH)('B20: %s, number %i is bad: it is blamed and the other is not, 100 of 100', (_, which, layoutOf) => {
    const { rollouts } = layoutOf(randomOf(1));
    for (const failing of [0.15, 0.77]) {
      const tally = tallyOf((random) => {
        const { nodes, has } = layoutOf(random);
        return blamedOf(
          rollouts,
          cellsOf(nodes, (node) => (has[which](node) ? failing : USUAL), random),
        );
      });
      expect([failing, tally]).toEqual([failing, { [rollouts[which].rolloutId]: RUNS }]);
    }
  });

  it('B20: of a fault hours later it is still the bad one, though the other is nearer', () => {
    const layoutOf = LAYOUTS['on different nodes']!;
    const hours = { ...SOFTWARE, startedAtMs: 0 };
    const minutes = { ...OTHER, startedAtMs: 20 * 3_600_000 };
    const tally = tallyOf((random) => {
      const { nodes, has } = layoutOf(random);
      return blamedOf(
        [hours, minutes],
        cellsOf(nodes, (node) => (has[0](node) ? 0.3 : USUAL), random),
      );
    });
    expect(tally).toEqual({ software: RUNS });
  });

  it.each([
    ['of the network of a PoP', (node: Node) => (node.pop === 'r1-p4' ? 0.5 : USUAL)],
    ['of the network of a region', (node: Node) => (node.region === 'r2' ? 0.3 : USUAL)],
    ['of a customer whom every node answers', () => 0.08],
    ['of everything', () => 0.6],
  ] as const)('B20: a fault %s is blamed on none, 100 of 100', (_, shareOf) => {
    for (const layoutOf of Object.values(LAYOUTS)) {
      const tally = tallyOf((random) => {
        const { rollouts, nodes } = layoutOf(random);
        return blamedOf(rollouts, cellsOf(nodes, shareOf, random));
      });
      expect(tally).toEqual({ none: RUNS });
    }
  });

  it('B20: both are blamed where both are bad, each for its own', () => {
    const layoutOf = LAYOUTS['on different nodes']!;
    const tally = tallyOf((random) => {
      const { rollouts, nodes, has } = layoutOf(random);
      const shareOf = (node: Node) => (has[0](node) ? 0.3 : has[1](node) ? 0.77 : USUAL);
      return blamedOf(rollouts, cellsOf(nodes, shareOf, random));
    });
    expect(tally).toEqual({ 'other software': RUNS });
  });

  it('B20: two that only ever came together cannot be told apart: neither is blamed', () => {
    const nodes = fleet();
    for (const node of nodes.slice(0, 30)) node.release = 'v5+c42';
    const cells = cellsOf(nodes, ({ release }) => (release === 'v5+c42' ? 0.77 : USUAL), randomOf(1));
    const second = rolloutOf('second', 'v5+c41', 'v5+c42', 2);
    expect(blamedOf([SOFTWARE, second], cells)).toEqual([]);
    expect(blamedOf([rolloutOf('both', 'v4+c41', 'v5+c42')], cells)).toEqual(['both']);
  });
});

describe('a change', () => {
  it('is what a rollout changes, and of one release there is one', () => {
    const again = { ...SOFTWARE, rolloutId: 'again', startedAtMs: 9, nodes: new Set(['m']) };
    const [software, config] = changesUnderWay([again, SOFTWARE, CONFIG]).toReversed();
    expect(software).toMatchObject({ part: 'software', sinceMs: 1, rollout: { rolloutId: 'again' } });
    expect(software?.rollout.nodes).toEqual(new Set(['n', 'm']));
    const carried = ['v5+c41', 'v5+c42', 'v4+c42', 'v55+c4'].map((each) => [
      carries(software!, each),
      carries(config!, each),
    ]);
    expect(carried).toEqual([
      [true, false],
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it('is none before it reached a node', () => {
    expect(
      changesUnderWay([
        { ...SOFTWARE, nodes: new Set() },
        { ...CONFIG, state: 'declared' },
      ]),
    ).toEqual([]);
  });
});

describe('strata', () => {
  const of = (good: number, bad: number) => ({ good, bad });

  it('RAIL-2: like is compared with like: what a place does to both sides is no difference', () => {
    // Together those that have it fail more: 55 of 110 against 55 of 1,100. In each place they do not.
    const strata = [
      { having: of(50, 50), lacking: of(50, 50) },
      { having: of(10, 0), lacking: of(1_000, 0) },
    ];
    expect(compareStrata(strata)).toMatchObject({ points: 0, z: 0 });
  });

  it('RAIL-2: one stratum is the plain difference, and its z the root of the chi-squared of the table', () => {
    const { points, z } = compareStrata([{ having: of(80, 20), lacking: of(95, 5) }])!;
    expect(points).toBeCloseTo(15, 10);
    // Chi-squared of 20/100 against 5/100 with n - 1 in the place of n.
    const chi2 = (199 * (20 * 95 - 5 * 80) ** 2) / (100 * 100 * 25 * 175);
    expect(z).toBeCloseTo(Math.sqrt(chi2), 10);
  });

  it('RAIL-2: one side alone says nothing, nor does a control that hardly answered', () => {
    expect(compareStrata([{ having: of(0, 9), lacking: of(0, 0) }])).toBeUndefined();
    const cell = (release: string, good: number, bad: number) => ({ pop: 'p', region: 'r', release, good, bad });
    const has = ({ release }: BlameCell) => release === 'v5';
    const compared = (control: number) => compareCells('v5', [cell('v5', 0, 900), cell('v4', control, 0)], has);
    expect([compared(99).control, compared(100).control]).toEqual([undefined, 100]);
  });
});
