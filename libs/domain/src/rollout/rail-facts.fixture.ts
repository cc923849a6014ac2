import type { RailFacts } from './rail.js';

const NODE_IDS = ['n1', 'n2', 'n3'];

/** A fleet of ten nodes in one region, three of them in one PoP. */
const FLEET = Array.from({ length: 10 }, (_, index) => ({
  nodeId: `n${index + 1}`,
  pop: index < 3 ? 'p1' : 'p2',
  region: 'r1',
}));

/** A release that fails on three of ten nodes, of which every rail says yes. */
export const GOOD_FACTS: RailFacts = {
  at: 100_000_000,
  gateSays: undefined,
  outcomes: 1_000,
  badNodes: NODE_IDS,
  comparison: {
    release: 'v2+c2',
    success: 23,
    control: 99.95,
    effect: 76.95,
    isSignificant: true,
    isCleared: false,
    strata: 1,
  },
  cohort: { expected: 3, live: 3, proved: 0 },
  control: { expected: 10, live: 8, proved: 0 },
  unreadable: [],
  rollout: {
    rolloutId: 'ro1',
    service: 'dns',
    stage: 'canary',
    state: 'running',
    startedAtMs: 99_000_000,
    deployedAtMs: 99_000_000,
    release: { softwareVersion: 'v2', configRev: 'c2' },
    previous: { softwareVersion: 'v1', configRev: 'c1' },
    nodes: new Set(NODE_IDS),
  },
  explainedBy: undefined,
  target: {
    service: 'dns',
    release: { softwareVersion: 'v1', configRev: 'c1' },
    attested: { goodSinceMs: 100_000_000 - 86_400_000, nodes: 3, isRollbackSafe: true },
    isRehearsed: true,
    quarantined: undefined,
  },
  isTargetLeft: false,
  waves: [['n1'], ['n2', 'n3']],
  fleet: { nodes: FLEET, serving: new Set(FLEET.map(({ nodeId }) => nodeId)) },
  rate: { lastHereMs: undefined, inDay: 0, isOpen: false },
  isOn: true,
  offBecause: undefined,
  mode: 'auto',
};
