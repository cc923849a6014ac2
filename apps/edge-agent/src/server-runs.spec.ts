import { ServerRuns } from './server-runs.js';

const create = () => {
  let boots = 0;
  return new ServerRuns(() => String((boots += 1)));
};

describe('ServerRuns', () => {
  it('a server whose threads connect one after the other is one run', () => {
    const runs = create();
    expect([runs.bootId, runs.connections]).toEqual(['0', 0]);
    for (const connection of [1, 2, 3]) runs.started(connection);
    expect([runs.bootId, runs.connections]).toEqual(['1', 3]);
    runs.stopped(2);
    expect(runs.connections).toBe(2);
  });

  it('a crash that takes several connections down is one crash, and the next start a new run', () => {
    const runs = create();
    for (const connection of [1, 2, 3]) runs.started(connection);
    expect([runs.lost(1), runs.lost(2), runs.lost(3)]).toEqual(['1', undefined, undefined]);
    runs.started(4);
    expect(runs.bootId).toBe('2');
    expect(runs.lost(4)).toBe('2');
  });

  it('of two servers one may crash again and again: each is a crash of its own', () => {
    const runs = create();
    runs.started(1);
    runs.started(2);
    expect(runs.lost(1)).toBe('1');
    runs.started(3);
    expect(runs.bootId).toBe('2');
    expect(runs.lost(3)).toBe('2');
    runs.started(4);
    expect(runs.lost(2)).toBe('3');
  });

  it('a stop is no crash, and what never started cannot crash', () => {
    const runs = create();
    runs.started(1);
    runs.stopped(1);
    expect([runs.lost(1), runs.lost(9)]).toEqual([undefined, undefined]);
    runs.started(2);
    expect(runs.bootId).toBe('2');
  });
});
