import { event, type Reason } from '#contracts';
import { given } from '#testing';
import type { RailFacts } from './rail.js';
import { GOOD_FACTS } from './rail-facts.fixture.js';
import { judgeRails } from './rails.js';
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

const FACTS = GOOD_FACTS;
const CASE = { rollbackId: 'rb1', incidentId: 'i1', judged: [] } as const;
const decides =
  (facts: RailFacts, triggers = [trigger(1)]) =>
  (rollback: Rollback | undefined) =>
    decideRollback(rollback, { ...CASE, triggers, facts, rails: judgeRails(facts) });

describe('a rollback', () => {
  it('P5, R26: is decided when every rail holds, with explicit waves and the gap to close', () => {
    given(evolveRollback).when(decides(FACTS)).thenTypes('RollbackDecided');
  });

  it('records a refusal once for each rail, and not before the trigger held for 5 s', () => {
    const facts = { ...FACTS, outcomes: 0 };
    given(evolveRollback)
      .when(decides(facts, [trigger(1, FACTS.at - 4_999)]))
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
