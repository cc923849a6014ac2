import { APPROVAL_ROLES, type ApprovalRole, event, type EventOf, isRefusal, type Refusal } from '#contracts';
import fc from 'fast-check';
import { evolveRollback, type Rollback } from '../rollout/rollback.js';
import { CHECKLIST_MIN, missingOf, readChecklist } from './checklist.js';
import {
  decideOverrideRequest,
  decideVote,
  openableRails,
  type OverrideWish,
  type VoteEvent,
} from './override.decide.js';
import { evolveOverride, isOpening, type Override, OVERRIDE_MS } from './override.js';

const CHECKLIST = {
  isCritical: true,
  dollarsPerHour: 10_000_001,
  affectedCustomers: 1_001,
  resolutionEtaMs: 7_200_001,
};
const refusedBy = (...rails: readonly string[]): Rollback | undefined =>
  rails
    .map((rail) => event('RollbackRefused', { rollbackId: 'rb1', incidentId: 'i1', rail, because: 'x', at: 5 }))
    .reduce<Rollback | undefined>(evolveRollback, undefined);
const wish = (changes: Partial<OverrideWish> = {}): OverrideWish => ({
  overrideId: 'o1',
  rails: ['rate'],
  checklist: CHECKLIST,
  by: 'user:alice',
  comment: 'three waves in a day',
  at: 1_000,
  ...changes,
});
const codeOf = (decided: readonly unknown[] | Refusal): string | undefined =>
  isRefusal(decided) ? decided.refused : undefined;
const ask = (changes: Partial<OverrideWish> = {}, standing: readonly Override[] = [], rollback = refusedBy('rate')) =>
  decideOverrideRequest(rollback, standing, wish(changes));

const requested = event('OverrideRequested', { ...wish(), rails: ['rate'], rollbackId: 'rb1', expiresAtMs: 601_000 });
const evolve = (...events: Parameters<typeof evolveOverride>[1][]): Override | undefined =>
  events.reduce<Override | undefined>(evolveOverride, undefined);
const vote = (
  role: ApprovalRole,
  by: string,
  changes: { readonly isApproved?: boolean; readonly at?: number } = {},
) => ({
  role,
  by,
  isApproved: true,
  comment: 'yes',
  at: 2_000,
  ...changes,
});

describe('the checklist', () => {
  const impact = { dollarsPerMinute: 200_000, affectedCustomers: 2_000 };
  const alert = (
    signal: string,
    state: 'firing' | 'unknown' = 'firing',
    severity: 'critical' | 'warning' = 'critical',
  ) => ({ severity, state, reason: { signal } }) as Parameters<typeof readChecklist>[1][number];

  it('R52: is computed from the impact and the alerts of the incident, and what a person entered', () => {
    const now = readChecklist(impact, [alert('customer_impact')], 8_000_000);
    expect(now).toEqual({
      isCritical: true,
      dollarsPerHour: 12_000_000,
      affectedCustomers: 2_000,
      resolutionEtaMs: 8_000_000,
    });
    expect(missingOf(now)).toEqual([]);
  });

  it.each([
    [alert('success_rate')],
    [alert('customer_impact', 'unknown')],
    [alert('customer_impact', 'firing', 'warning')],
  ])('R52: is not critical by another rule, by one that is not known, or by a warning (%#)', (other) => {
    expect(readChecklist(impact, [other], 0).isCritical).toBe(false);
  });

  it('R52: needs all four, each more than its figure', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.constantFrom(0, CHECKLIST_MIN.dollarsPerHour, CHECKLIST_MIN.dollarsPerHour + 1),
        fc.constantFrom(0, CHECKLIST_MIN.affectedCustomers, CHECKLIST_MIN.affectedCustomers + 1),
        fc.constantFrom(0, CHECKLIST_MIN.resolutionEtaMs, CHECKLIST_MIN.resolutionEtaMs + 1),
        (isCritical, dollarsPerHour, affectedCustomers, resolutionEtaMs) => {
          const checklist = { isCritical, dollarsPerHour, affectedCustomers, resolutionEtaMs };
          const held = [isCritical, dollarsPerHour > 1e7, affectedCustomers > 1_000, resolutionEtaMs > 7_200_000];
          const decided = ask({ checklist });
          expect(codeOf(decided)).toBe(held.every(Boolean) ? undefined : 'CHECKLIST_UNMET');
          expect(missingOf(checklist)).toHaveLength(held.filter((each) => !each).length);
        },
      ),
    );
  });
});

describe('a request for an override', () => {
  it('R52, R54: of a rail of class S that refused expires after ten minutes', () => {
    expect(ask()).toEqual([
      event('OverrideRequested', {
        overrideId: 'o1',
        rollbackId: 'rb1',
        rails: ['rate'],
        checklist: CHECKLIST,
        by: 'user:alice',
        comment: 'three waves in a day',
        expiresAtMs: 1_000 + OVERRIDE_MS,
        at: 1_000,
      }),
    ]);
  });

  it.each([
    ['audience', 'RAIL_NOT_OPENABLE'],
    ['minimum_evidence', 'RAIL_NOT_OPENABLE'],
  ])('R54: never opens %s', (rail, code) => {
    expect(codeOf(ask({ rails: ['rate', rail] }, [], refusedBy('rate', rail)))).toBe(code);
  });

  it('is refused for a rail that did not refuse, without a rail, without a refused rollback, and while another waits', () => {
    expect(codeOf(ask({ rails: ['target'] }))).toBe('RAIL_NOT_OPENABLE');
    expect(codeOf(ask({ rails: [] }))).toBe('RAIL_NOT_OPENABLE');
    expect(codeOf(decideOverrideRequest(undefined, [], wish()))).toBe('NOT_FOUND');
    const wanted = { rollbackId: 'rb1', rolloutId: 'ro1', by: 'user:alice', comment: 'x', at: 6 };
    const waiting = evolveRollback(refusedBy('rate'), event('RollbackRequested', wanted));
    expect(codeOf(decideOverrideRequest(waiting, [], wish()))).toBe('ROLLBACK_NOT_REFUSED');
    const open = evolve(requested);
    expect(codeOf(ask({}, open === undefined ? [] : [open]))).toBe('OVERRIDE_OPEN');
    expect(codeOf(ask({ at: 601_000 }, open === undefined ? [] : [open]))).toBeUndefined();
  });
});

describe('what could be opened', () => {
  it('R52: is what refused since it was asked for last, of class S, each once', () => {
    const refusals = [
      { rail: 'rate', at: 5_000 },
      { rail: 'mode', at: 90_000 },
      { rail: 'target', at: 90_000 },
      { rail: 'kill_switch', at: 90_250 },
      { rail: 'target', at: 95_000 },
    ];
    expect(openableRails(refusals, 90_100)).toEqual(['target']);
    expect(openableRails(refusals, 0)).toEqual(['rate', 'target']);
    for (const rail of openableRails(refusals, 90_100))
      expect(codeOf(ask({ rails: [rail] }, [], refusedBy('target')))).toBeUndefined();
  });
});

describe('a vote', () => {
  it('R53: the third yes of three people grants', () => {
    let override = evolve(requested);
    const told: string[] = [];
    for (const [index, role] of APPROVAL_ROLES.entries()) {
      const decided = decideVote(override, vote(role, `user:p${index}`));
      if (isRefusal(decided)) throw new Error(decided.detail);
      told.push(...decided.map(({ type }) => type));
      override = decided.reduce<Override | undefined>(evolveOverride, override);
    }
    expect(told).toEqual(['OverrideVoted', 'OverrideVoted', 'OverrideVoted', 'OverrideGranted']);
    expect(override && isOpening(override, 600_999)).toBe(true);
    expect(override && isOpening(override, 601_000)).toBe(false);
  });

  it('R53: one no is the end', () => {
    const decided = decideVote(evolve(requested), vote('engineering_vp', 'user:v', { isApproved: false }));
    expect(isRefusal(decided) ? [] : decided.map(({ type }) => type)).toEqual(['OverrideVoted', 'OverrideRefused']);
    const refused = isRefusal(decided) ? undefined : evolve(requested, ...decided);
    expect(codeOf(decideVote(refused, vote('incident_commander', 'user:i')))).toBe('OVERRIDE_ENDED');
  });

  it('RAIL-13: counts no later than ten minutes after the request', () => {
    expect(codeOf(decideVote(evolve(requested), vote('engineering_vp', 'user:v', { at: 600_999 })))).toBeUndefined();
    expect(codeOf(decideVote(evolve(requested), vote('engineering_vp', 'user:v', { at: 601_000 })))).toBe(
      'OVERRIDE_ENDED',
    );
    expect(codeOf(decideVote(undefined, vote('engineering_vp', 'user:v')))).toBe('NOT_FOUND');
  });

  it.each([
    ['one subject under two names', { by: 'x:eve', subject: 'oidc:i|1' }, { by: 'x:Eve M', subject: 'oidc:i|1' }, true],
    ['two subjects of one name', { by: 'x:eve', subject: 'oidc:i|1' }, { by: 'x:eve', subject: 'oidc:i|2' }, false],
    ['two keys of one name', { by: 'x:eve', subject: 'key:k1' }, { by: 'y:eve', subject: 'key:k2' }, true],
    ['a key and a token of one name', { by: 'x:eve', subject: 'key:k1' }, { by: 'y:eve', subject: 'oidc:i|1' }, true],
    ['a vote of before subjects, and one of its name', { by: 'x:eve' }, { by: 'y:eve', subject: 'oidc:i|1' }, true],
    ['two keys of two names', { by: 'x:eve', subject: 'key:k1' }, { by: 'x:ana', subject: 'key:k2' }, false],
  ])('R53: %s', (_what, first, second, isOnePerson) => {
    const voted = { overrideId: 'o1', ...vote('engineering_vp', first.by), ...first };
    const again = { ...vote('customer_success_vp', second.by), ...second };
    const decided = decideVote(evolve(requested, event('OverrideVoted', voted)), again);
    expect(codeOf(decided)).toBe(isOnePerson ? 'VOTE_TWICE' : undefined);
  });

  it('R53: whatever is voted by whom, a grant has a yes of each role, of three people, and nothing follows an end', () => {
    const cast = fc.record({
      role: fc.constantFrom(...APPROVAL_ROLES),
      by: fc.constantFrom('user:a', 'user:b', 'user:c', 'user:d'),
      isApproved: fc.boolean(),
      at: fc.constantFrom(2_000, 600_999, 601_000),
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            cast,
            cast.map((each) => ({ ...each, isApproved: true })),
          ),
          { maxLength: 12 },
        ),
        (votes) => {
          const log: VoteEvent[] = [];
          let override = evolve(requested);
          for (const each of votes) {
            const decided = decideVote(override, { ...each, comment: 'x' });
            if (isRefusal(decided)) continue;
            log.push(...decided);
            override = decided.reduce<Override | undefined>(evolveOverride, override);
          }
          const taken = log.filter((each): each is EventOf<'OverrideVoted'> => each.type === 'OverrideVoted');
          expect(new Set(taken.map(({ data }) => data.role)).size).toBe(taken.length);
          expect(new Set(taken.map(({ data }) => data.by)).size).toBe(taken.length);
          expect(taken.every(({ data }) => data.at < 601_000)).toBe(true);
          const isGranted = log.some(({ type }) => type === 'OverrideGranted');
          expect(isGranted).toBe(taken.length === 3 && taken.every(({ data }) => data.isApproved));
          const end = log.findIndex(({ type }) => type !== 'OverrideVoted');
          expect(end === -1 || end === log.length - 1).toBe(true);
        },
      ),
    );
  });
});
