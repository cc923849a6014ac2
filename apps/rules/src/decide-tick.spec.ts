import type { Decider } from './decider.js';
import { decideTick } from './decide-tick.js';
import type { RulesParts } from './rules-parts.js';

describe('a tick that waited for the database until others went on', () => {
  it('RR19: is not decided by an engine that has gone on since, and lets it know nothing', async () => {
    const ended = new AbortController();
    const asked: string[] = [];
    const engine = {
      evolve: () => void asked.push('evolve'),
      evaluate: () => {
        asked.push('evaluate');
        return [];
      },
    };
    const decider = { engine, position: 0, committedTick: 0, nextTick: 7 } as unknown as Decider;
    const readAll = async () => {
      // It hung, and answers now.
      ended.abort();
      return [{ position: 1 }];
    };
    const parts = { eventStore: { readAll } } as unknown as RulesParts;
    expect(await decideTick(decider, parts, 7, ended.signal)).toBe(0);
    expect(asked).toEqual([]);
    expect(decider).toMatchObject({ position: 0, nextTick: 7 });
  });
});
