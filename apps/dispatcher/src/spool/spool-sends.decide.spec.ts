import { NEW_RECEIVER } from '#domain';
import { spoolIdOf } from './spool-entry.js';
import type { SpooledState } from './spool-index.js';
import { decideSpoolSends } from './spool-sends.decide.js';

const NOW_MS = 1_000;
const stateOf = (
  dedupKey: string,
  { body = {}, action = 'trigger', dueAtMs }: { body?: object; action?: 'trigger' | 'resolve'; dueAtMs?: number } = {},
): SpooledState => {
  const key = { channel: 'slack', dedupKey, action } as const;
  const spoolId = spoolIdOf(key);
  const result = { kind: 'result', spoolId, attempt: 1, outcome: 'retry', status: 503, detail: '', atMs: 1 } as const;
  return {
    page: { ...key, spoolId, body: { ...body }, spooledAtMs: 0 },
    state: 'open',
    attempts: 0,
    doubts: 0,
    isStarted: false,
    isDelivered: false,
    because: undefined,
    changedAtMs: 0,
    result: dueAtMs === undefined ? undefined : { ...result, dueAtMs },
  };
};
const chosen = (open: readonly SpooledState[], free = 8, sending: readonly string[] = []): readonly string[] =>
  decideSpoolSends(open, {
    receiver: NEW_RECEIVER,
    bucket: undefined,
    sending: new Set(sending),
    pace: undefined,
    free,
    nowMs: NOW_MS,
    leaseMs: 30_000,
  }).chosen.map(({ page }) => page.dedupKey);

describe('what leaves a spool first', () => {
  it('given pages of every weight, what says that nobody sees anything goes first, then P0, then critical', () => {
    const open = [
      stateOf('error', { body: { severity: 'error' } }),
      stateOf('critical', { body: { severity: 'critical' } }),
      stateOf('P0', { body: { severity: 'critical', priority: 'P0' } }),
      stateOf('stale', { body: { severity: 'critical', rule: 'telemetry_stale' } }),
    ];
    expect(chosen(open)).toEqual(['stale', 'P0', 'critical', 'error']);
    expect(chosen(open, 2)).toEqual(['stale', 'P0']);
    expect(chosen(open, 0)).toEqual([]);
  });

  it('given what waits for its next try, it takes no place', () => {
    const waiting = Array.from({ length: 8 }, (_, index) => stateOf(`w${index}`, { dueAtMs: NOW_MS + 1 }));
    expect(chosen([...waiting, stateOf('new')], 1)).toEqual(['new']);
    expect(chosen([stateOf('again', { dueAtMs: NOW_MS })])).toEqual(['again']);
  });

  it('given a beginning that is open, its end waits, also while the beginning is under way', () => {
    const [begins, ends] = [stateOf('in1'), stateOf('in1', { action: 'resolve' })];
    expect(chosen([ends, begins])).toHaveLength(1);
    expect(chosen([ends, begins], 8, [begins.page.spoolId])).toEqual([]);
    expect(chosen([ends])).toEqual(['in1']);
  });
});
