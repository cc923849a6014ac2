import type { NodePresence } from '../rule/presence.js';
import type { Plan } from './rollback.js';
import { readStranger } from './wave-health.js';

const TICK = 10_000;
const plan: Plan = {
  rolloutId: 'ro1',
  service: 'dns',
  from: { softwareVersion: 'v2', configRev: 'c1' },
  to: { softwareVersion: 'v1', configRev: 'c1' },
  waves: [['n1']],
  gap: { release: 20, control: 100 },
  reason: 'x',
  by: undefined,
  decidedAtMs: 1_000_000,
};

describe('RAIL-11: a node of a wave that waited', () => {
  it.each<[string, Partial<NodePresence>, boolean]>([
    ['was brought another version', { release: 'v3+c1' }, true],
    ['has what the plan takes away', { release: 'v2+c1' }, false],
    ['has it beside another configuration', { release: 'v2+c2' }, false],
    ['has the target already', { release: 'v1+c1' }, false],
    ['had it before the plan was made', { release: 'v3+c1', sinceTick: 3_999 }, false],
    ['came back after it was forgotten', { release: 'v3+c1', formerly: [] }, false],
    ['is silent', { release: 'v3+c1', seenTick: TICK - 1_000 }, false],
  ])('that %s', (_, told, isStranger) => {
    const seen = { seenTick: TICK, sinceTick: 4_001, formerly: ['v2+c1'], ...told };
    const node: NodePresence = {
      nodeId: 'n1',
      pop: 'p1',
      region: 'r1',
      release: '',
      watermarkUs: 0,
      ...seen,
    };
    const found = readStranger(plan, ['n1'], { node: () => node, tick: TICK });
    expect(found !== undefined).toBe(isStranger);
  });
});
