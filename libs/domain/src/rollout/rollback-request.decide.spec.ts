import { event, isRefusal, type Reason } from '#contracts';
import { decideRollbackApproval, decideRollbackRequest, previewRollback } from './rollback-request.decide.js';
import { evolveRollback, type Rollback } from './rollback.js';

const asking = { rollbackId: 'rb1', by: 'user:alice', comment: 'now', at: 9 };
const rollout = { rolloutId: 'ro1', state: 'running' } as const;
const after = (...events: Parameters<typeof evolveRollback>[1][]): Rollback | undefined =>
  events.reduce<Rollback | undefined>(evolveRollback, undefined);
const requested = event('RollbackRequested', { ...asking, rolloutId: 'ro1' });
const refused = event('RollbackRefused', { rollbackId: 'rb1', incidentId: 'i1', rail: 'rate', because: 'x', at: 9 });
const proposed = event('RollbackProposed', {
  rollbackId: 'rb1',
  incidentId: 'i1',
  rolloutId: 'ro1',
  mode: 'approve',
  nodes: 3,
  because: 'x',
  at: 9,
});
const decided = event('RollbackDecided', {
  rollbackId: 'rb1',
  incidentId: 'i1',
  rolloutId: 'ro1',
  service: 'dns',
  from: { softwareVersion: 'v2', configRev: 'c2' },
  to: { softwareVersion: 'v1', configRev: 'c1' },
  waves: [['n1']],
  trigger: { text: 'x' } as Reason,
  evidence: [],
  rails: [],
  gap: { release: 20, control: 100 },
  at: 10,
});
const codeOf = (result: unknown): string | undefined => (isRefusal(result) ? result.refused : undefined);

describe('a request for a rollback', () => {
  it('R31: is an event with its author; the same again says nothing while it waits, and may be said again when it was refused', () => {
    expect(decideRollbackRequest(undefined, rollout, asking)).toEqual([requested]);
    expect(decideRollbackRequest(after(requested), rollout, asking)).toEqual([]);
    expect(decideRollbackRequest(after(requested, refused), rollout, asking)).toEqual([requested]);
    expect(after(requested, refused, requested)).toMatchObject({ state: 'requested', refusedRails: new Set() });
  });

  it('R32: is refused where a rollback was decided, however it ended, and for no rollout', () => {
    expect(codeOf(decideRollbackRequest(after(decided), rollout, asking))).toBe('ROLLBACK_EXISTS');
    const stopped = event('RollbackStopped', { rollbackId: 'rb1', because: 'x', at: 11 });
    expect(codeOf(decideRollbackRequest(after(decided, stopped), rollout, asking))).toBe('ROLLBACK_EXISTS');
    expect(codeOf(decideRollbackRequest(undefined, undefined, asking))).toBe('NOT_FOUND');
  });

  it('R32: what comes after the decision changes nothing of it', () => {
    expect(after(decided, requested)).toEqual(after(decided));
  });
});

describe('an approval', () => {
  it('RAIL-15: makes of a proposal a request by who approved', () => {
    expect(decideRollbackApproval(after(proposed), asking)).toEqual([event('RollbackApproved', asking)]);
    const approved = after(proposed, event('RollbackApproved', asking));
    expect(approved).toMatchObject({ state: 'requested', request: { rolloutId: 'ro1', by: 'user:alice' } });
    expect(decideRollbackApproval(approved, asking)).toEqual([]);
  });

  it('is refused for what was not proposed, or is decided', () => {
    expect(codeOf(decideRollbackApproval(undefined, asking))).toBe('NOT_FOUND');
    expect(codeOf(decideRollbackApproval(after(refused), asking))).toBe('ROLLBACK_NOT_PROPOSED');
    expect(codeOf(decideRollbackApproval(after(decided), asking))).toBe('ROLLBACK_EXISTS');
  });
});

describe('a preview', () => {
  it('R31: tells a person the nodes of each wave, what binds, and what only warns', () => {
    const rail = (name: string, holds: boolean) => ({ rail: name, holds, detail: 'x' });
    const rails = [
      rail('minimum_evidence', false),
      rail('control_group', true),
      rail('rate', false),
      rail('audience', true),
    ];
    expect(previewRollback([['n1'], ['n2', 'n3']], rails)).toEqual({
      waves: [1, 2],
      binding: [
        { ...rail('rate', false), class: 'S' },
        { ...rail('audience', true), class: 'X' },
      ],
      warnings: [rail('minimum_evidence', false)],
    });
  });
});
