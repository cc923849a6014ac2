import { event, type Reason } from '#contracts';
import { given } from '#testing';
import { judgeRails, type RailFacts } from './rails.js';
import { evolveRollback, type Rollback } from './rollback.js';
import { decideRollback } from './rollback.decide.js';

const reasonOf = (rule: string): Reason => ({
  rule,
  signal: 'success_rate',
  text: `${rule} breached`,
  value: 80,
  threshold: 95,
  windowMs: 120_000,
  good: 80,
  bad: 20,
  tick: 4,
  coverage: 1,
});
const trigger = (order: number, heldSinceMs = 0) => ({ order, reason: reasonOf(`trigger-${order}`), heldSinceMs });

const FACTS: RailFacts = {
  at: 10_000,
  outcomes: 1_000,
  badNodes: ['n1', 'n2', 'n3'],
  comparison: { release: 'v2+c2', success: 23, control: 99.95, effect: 76.95, isSignificant: true },
  controlNodes: { live: 8, expected: 10 },
  rollout: {
    rolloutId: 'ro1',
    service: 'dns',
    stage: 'canary',
    state: 'running',
    startedAtMs: 0,
    deployedAtMs: 0,
    release: { softwareVersion: 'v2', configRev: 'c2' },
    previous: { softwareVersion: 'v1', configRev: 'c1' },
    nodes: new Set(['n1', 'n2', 'n3']),
  },
  quarantined: new Set(),
  waves: [['n1'], ['n2', 'n3']],
  lastPlanAgeMs: undefined,
};
const decides =
  (facts: RailFacts, triggers = [trigger(1)]) =>
  (rollback: Rollback | undefined) =>
    decideRollback(rollback, { rollbackId: 'rb1', incidentId: 'i1', triggers, facts, rails: judgeRails(facts) });

/** One way to break each rail, and nothing else. */
const BROKEN: readonly (readonly [rail: string, facts: Partial<RailFacts>])[] = [
  ['minimum_evidence', { outcomes: 999 }],
  ['minimum_evidence', { badNodes: ['n1', 'n2'] }],
  ['control_group', { comparison: { ...FACTS.comparison, effect: 4.99 } }],
  ['control_group', { comparison: { ...FACTS.comparison, isSignificant: false } }],
  ['cause_link', { badNodes: ['n1', 'n2', 'n3', 'stranger'] }],
  ['cause_link', { at: 86_400_001 }],
  ['control_coverage', { controlNodes: { live: 7, expected: 10 } }],
  ['control_coverage', { controlNodes: { live: 0, expected: 0 } }],
  ['target_known', { quarantined: new Set(['v1+c1']) }],
  ['audience', { waves: [] }],
  ['rate', { lastPlanAgeMs: 1_799_999 }],
];

describe('a rollback', () => {
  it('P5, R26: is decided when every rail holds, with explicit waves and the gap to close', () => {
    given(evolveRollback).when(decides(FACTS)).thenTypes('RollbackDecided');
  });

  it.each(BROKEN)('P5: %s refuses alone (%#)', (rail, broken) => {
    const facts = { ...FACTS, ...broken };
    expect(judgeRails(facts).filter(({ holds }) => !holds)).toMatchObject([{ rail }]);
    given(evolveRollback).when(decides(facts)).thenTypes('RollbackRefused');
  });

  it('records a refusal once for each rail, and not before the trigger held for 5 s', () => {
    const facts = { ...FACTS, outcomes: 0 };
    given(evolveRollback)
      .when(decides(facts, [trigger(1, 5_001)]))
      .thenNothing();
    const refused = event('RollbackRefused', {
      rollbackId: 'rb1',
      incidentId: 'i1',
      rail: 'minimum_evidence',
      because: 'x',
      at: 9,
    });
    given(evolveRollback, refused).when(decides(facts)).thenNothing();
    given(evolveRollback, refused).when(decides(FACTS)).thenTypes('RollbackDecided');
  });

  it('R29: takes the first trigger in the listed order, the others are evidence; one rollback only', () => {
    const decided = decides(FACTS, [trigger(3), trigger(1), trigger(2)])(undefined);
    expect(decided).toMatchObject([
      { data: { trigger: { rule: 'trigger-1' }, evidence: [{ rule: 'trigger-2' }, { rule: 'trigger-3' }] } },
    ]);
    const [first] = decided;
    if (first?.type !== 'RollbackDecided') throw new Error('nothing was decided');
    given(evolveRollback, first).when(decides(FACTS)).thenNothing();
  });
});
