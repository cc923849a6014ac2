import type { Reason } from '#contracts';
import type { RailFacts } from './rail.js';
import { GOOD_FACTS } from './rail-facts.fixture.js';
import { judgeRails, RAILS, refusalsTo } from './rails.js';
import { evolveRollback, isRollbackEvent, type Rollback } from './rollback.js';
import { decideRollback } from './rollback.decide.js';

const { comparison, rollout, target, rate, fleet } = GOOD_FACTS;
if (rollout === undefined || target?.attested === undefined) throw new Error('the fixture has no rollout');
const { attested } = target;

const attest = (changes: Partial<typeof attested>): Partial<RailFacts> => ({
  target: { ...target, attested: { ...attested, ...changes } },
});

/** One way to break each rail, and nothing else. */
const BROKEN: readonly (readonly [rail: string, why: string, facts: Partial<RailFacts>])[] = [
  ['minimum_evidence', 'too few outcomes', { outcomes: 999 }],
  ['minimum_evidence', 'too few bad nodes', { badNodes: ['n1', 'n2'] }],
  ['control_group', 'too small a difference', { comparison: { ...comparison, effect: 4.99 } }],
  ['control_group', 'a difference by chance', { comparison: { ...comparison, isSignificant: false } }],
  ['control_group', 'nobody to compare with', { comparison: { ...comparison, effect: undefined } }],
  ['cause_link', 'a bad node that nobody deployed to', { badNodes: ['n1', 'n2', 'n3', 'stranger'] }],
  ['cause_link', 'deployed a day ago', { rollout: { ...rollout, deployedAtMs: GOOD_FACTS.at - 86_400_001 } }],
  ['cause_link', 'telemetry alone shows it', { rollout: { ...rollout, origin: 'telemetry' } }],
  ['cause_link', 'another rollout explains it', { explainedBy: 'ro2' }],
  ['coverage', 'a blind cohort', { cohort: { expected: 10, live: 5, proved: 2 } }],
  ['coverage', 'a blind control', { control: { expected: 10, live: 7, proved: 3 } }],
  ['coverage', 'no control', { control: { expected: 0, live: 0, proved: 0 } }],
  ['data_readable', 'telemetry is lost', { unreadable: ['records of telemetry.outcomes/3 are lost'] }],
  ['mode', 'a person decides', { mode: 'approve' }],
  ['target', 'attested by nobody', { target: undefined }],
  ['target', 'good for less than a day', attest({ goodSinceMs: attested.goodSinceMs + 1 })],
  ['target', 'good on two nodes', attest({ nodes: 2 })],
  ['target', 'not declared safe', attest({ isRollbackSafe: false })],
  ['target', 'never rehearsed', { target: { ...target, isRehearsed: undefined } }],
  ['target', 'rehearsed in vain', { target: { ...target, isRehearsed: false } }],
  ['target', 'in quarantine', { target: { ...target, quarantined: { rollbackId: 'rb0', because: 'it failed' } } }],
  ['target', 'left itself', { isTargetLeft: true }],
  ['target', 'what it would leave', { rollout: { ...rollout, previous: rollout.release } }],
  ['audience', 'nobody', { waves: [] }],
  ['audience', 'an empty wave', { waves: [['n1'], [], ['n2', 'n3']] }],
  ['audience', 'a node twice', { waves: [['n1'], ['n1', 'n2']] }],
  ['audience', 'a node that the rollout does not name', { waves: [['n1'], ['n2', 'n9']] }],
  ['blast_radius', 'a first wave over two PoPs', { waves: [['n3', 'n4']], rollout: named('n1', 'n2', 'n3', 'n4') }],
  ['blast_radius', 'a second wave beyond a quarter', quarter()],
  [
    'blast_radius',
    'a region below 60 %',
    { fleet: { ...fleet, serving: new Set(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) } },
  ],
  ['rate', 'a plan half an hour ago', { rate: { ...rate, lastHereMs: 1_799_999 } }],
  ['rate', 'the fourth plan of a day', { rate: { ...rate, inDay: 3 } }],
  ['rate', 'open until a person resets it', { rate: { ...rate, isOpen: true } }],
  ['kill_switch', 'automation is off', { isOn: false }],
];

function named(...nodeIds: readonly string[]): RailFacts['rollout'] {
  return { ...rollout!, nodes: new Set(nodeIds) };
}

/** Twelve nodes of a hundred: one, then all others, where three would be a quarter. */
function quarter(): Partial<RailFacts> {
  const nodes = Array.from({ length: 100 }, (_, index) => ({ nodeId: `m${index}`, pop: `p${index}`, region: 'r1' }));
  const ids = nodes.map(({ nodeId }) => nodeId);
  const cohort = ids.slice(0, 12);
  return {
    fleet: { nodes, serving: new Set(ids) },
    rollout: named(...cohort),
    badNodes: cohort,
    waves: [cohort.slice(0, 1), cohort.slice(1, 4), cohort.slice(4)],
  };
}

const TRIGGER: Reason = {
  rule: 'rollback_success_rate',
  signal: 'success_rate',
  text: 'success 80 % < 95 %',
  value: 80,
  threshold: 95,
  windowMs: 120_000,
  good: 80,
  bad: 20,
  tick: 4,
  coverage: 1,
};

/** What is decided by these rails alone, of a trigger that has held for long. */
const decidedBy = (facts: RailFacts, rails = RAILS): readonly string[] => {
  const triggers = [{ order: 1, reason: TRIGGER, heldSinceMs: 0 }];
  const all = { rollbackId: 'rb1', incidentId: 'i1', judged: [], triggers, facts, rails: judgeRails(facts, rails) };
  return decideRollback(undefined, all).map(({ type }) => type);
};

describe('the rails of a rollback', () => {
  it('RAIL: all of them hold where everything is as it should be', () => {
    expect(judgeRails(GOOD_FACTS).filter(({ holds }) => !holds)).toEqual([]);
    expect(decidedBy(GOOD_FACTS)).toEqual(['RollbackDecided']);
  });

  it.each(BROKEN)('RAIL: %s refuses alone: %s; without that rail it would be commanded', (rail, _why, broken) => {
    const facts = { ...GOOD_FACTS, ...broken };
    expect(judgeRails(facts).filter(({ holds }) => !holds)).toMatchObject([{ rail }]);
    expect(decidedBy(facts)).not.toContain('RollbackDecided');
    const without = RAILS.filter((each) => each.rail !== rail);
    expect(without).toHaveLength(RAILS.length - 1);
    expect(decidedBy(facts, without)).toContain('RollbackDecided');
  });

  it('RAIL: there is a state for each of them', () => {
    expect(new Set(BROKEN.map(([rail]) => rail))).toEqual(new Set(RAILS.map(({ rail }) => rail)));
  });

  it('RAIL-1, RAIL-2, R36: what the gate says inside a stage takes the place of evidence and control', () => {
    const facts = { ...GOOD_FACTS, outcomes: 40, badNodes: ['n1'], comparison: { ...comparison, effect: 0.4 } };
    expect(decidedBy(facts)).not.toContain('RollbackDecided');
    expect(decidedBy({ ...facts, gateSays: 'failing 0.50 % against 0.05 %' })).toEqual(['RollbackDecided']);
  });

  it('RAIL-3: what is watched no more is a cause for an hour, and a day before', () => {
    const aged = (state: string, ageMs: number): RailFacts =>
      ({ ...GOOD_FACTS, rollout: { ...rollout, state, deployedAtMs: GOOD_FACTS.at - ageMs } }) as RailFacts;
    const isCause = (facts: RailFacts) => judgeRails(facts).find(({ rail }) => rail === 'cause_link')?.holds;
    expect([isCause(aged('running', 77 * 60_000)), isCause(aged('ended', 77 * 60_000))]).toEqual([true, false]);
    expect(isCause(aged('ended', 3_600_000))).toBe(true);
  });

  it('RAIL-4: a silent node that is shown to have failed is evidence, and no missing coverage', () => {
    const facts = { ...GOOD_FACTS, cohort: { expected: 10, live: 0, proved: 8 } };
    expect(decidedBy(facts)).toEqual(['RollbackDecided']);
    expect(decidedBy({ ...facts, cohort: { expected: 10, live: 0, proved: 7 } })).toEqual(['RollbackRefused']);
  });

  it('RAIL-10: the third plan of a day opens the rail', () => {
    expect(decidedBy({ ...GOOD_FACTS, rate: { ...rate, inDay: 1 } })).toEqual(['RollbackDecided']);
    expect(decidedBy({ ...GOOD_FACTS, rate: { ...rate, inDay: 2 } })).toEqual(['RollbackDecided', 'RateRailOpened']);
  });

  it('RAIL-15: where the mode alone is in the way it is proposed, and what else refuses is told instead', () => {
    for (const mode of ['observe', 'recommend', 'approve'] as const) {
      expect(decidedBy({ ...GOOD_FACTS, mode })).toEqual(['RollbackProposed']);
      expect(decidedBy({ ...GOOD_FACTS, mode, outcomes: 0 })).toEqual(['RollbackRefused']);
    }
  });

  it('RAIL-15: what a rail took back for a while is proposed again, so that it can be approved', () => {
    const facts: RailFacts = { ...GOOD_FACTS, mode: 'approve' };
    const of = { rollbackId: 'rb1', incidentId: 'i1', judged: [] };
    const triggers = [{ order: 0, reason: { text: 'x' } as Reason, heldSinceMs: 0 }];
    let rollback: Rollback | undefined;
    const told = [facts, { ...facts, outcomes: 0 }, facts, { ...facts, outcomes: 0 }, facts].map((each) => {
      const events = decideRollback(rollback, { ...of, triggers, facts: each, rails: judgeRails(each) });
      for (const one of events) if (isRollbackEvent(one)) rollback = evolveRollback(rollback, one);
      return events.map(({ type }) => type);
    });
    // The same rail refuses once.
    expect(told).toEqual([['RollbackProposed'], ['RollbackRefused'], ['RollbackProposed'], [], []]);
    expect(rollback?.state).toBe('proposed');
  });
});

describe('whom a rail binds', () => {
  const refusals = (facts: Partial<RailFacts>, authority: Parameters<typeof refusalsTo>[0]) =>
    refusalsTo(authority, judgeRails({ ...GOOD_FACTS, ...facts })).map(({ rail }) => rail);

  it('R31, RAIL: a person meets the rails of safety only', () => {
    const binding = new Set(RAILS.filter((each) => each.class !== 'E').map(({ rail }) => rail));
    for (const [rail, , broken] of BROKEN)
      expect([rail, refusals(broken, { is: 'person' }).length > 0]).toEqual([rail, binding.has(rail)]);
  });

  it('R54, RAIL-13: an override opens the rails of class S that it names, and none of class X', () => {
    for (const { rail, class: binds } of RAILS) {
      const broken = BROKEN.find((each) => each[0] === rail)?.[2] ?? {};
      const named = refusals(broken, { is: 'person', overrides: new Set([rail]) });
      const other = refusals(broken, { is: 'person', overrides: new Set(['another']) });
      expect([rail, named.includes(rail)]).toEqual([rail, binds === 'X']);
      expect([rail, other.includes(rail)]).toEqual([rail, binds !== 'E']);
    }
  });
});
