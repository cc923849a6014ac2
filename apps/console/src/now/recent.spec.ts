import type { RolloutNow } from './now-document.js';
import { recentOf } from './recent.js';

const NOW = Date.UTC(2021, 6, 22, 12);
const HOUR_MS = 3_600_000;
const rollout = (rolloutId: string, hoursAgo: number, status: RolloutNow['status']): RolloutNow =>
  ({ rolloutId, status, changedAt: new Date(NOW - hoursAgo * HOUR_MS).toISOString() }) as RolloutNow;
const ids = (rollouts: readonly RolloutNow[]) => recentOf(rollouts, NOW).recent.map(({ rolloutId }) => rolloutId);

describe('what changed', () => {
  it('is what went out in the last day, and what is still under way', () => {
    expect(
      ids([
        rollout('new', 1, 'completed'),
        rollout('old', 200, 'completed'),
        rollout('halted', 200, 'halted'),
        rollout('never begun', 200, 'declared'),
      ]),
    ).toEqual(['new', 'halted']);
  });

  it('says that there was nothing, and how long ago the last was', () => {
    expect(recentOf([rollout('old', 200, 'completed')], NOW)).toEqual({
      recent: [],
      said: 'No rollout in the last day; the last one changed 8 d ago.',
    });
    expect(recentOf([], NOW)).toEqual({ recent: [], said: 'No rollout was told.' });
  });
});
