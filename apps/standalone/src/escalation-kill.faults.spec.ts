import { calledBy, disorderOf, playEscalation } from './escalation-kill.fixture.js';

const KILLS = 10;
/** Levels are called 18 times: more than the lives of the dispatcher take, so that every kill falls into the escalation. */
const REPEATS = 5;

describe('a server that is killed while it escalates', () => {
  it('is known to call out of order, unless a lease held the call back', () => {
    const call = (key: string, cameAtMs: number) => ({ key, askedAtMs: 0, cameAtMs });
    expect(disorderOf([call('a', 900), call('b', 100)])).toEqual({ leased: [], overtaken: [] });
    expect(disorderOf([call('a', 9_000), call('b', 100)])).toEqual({ leased: [], overtaken: ['a'] });
    expect(disorderOf([call('a', 45_000), call('b', 100)])).toEqual({ leased: ['a'], overtaken: [] });
  });

  it('B2, R45: calls the same people in the same order as one that nobody disturbs, each once', async () => {
    const undisturbed = await playEscalation({ kills: 0, seed: 1, repeats: REPEATS });
    const killed = await playEscalation({ kills: KILLS, seed: 1, repeats: REPEATS });
    expect(killed.kills).toBe(KILLS);
    expect(calledBy(killed)).toEqual(calledBy(undisturbed));
    expect({ overtaken: undisturbed.overtaken, leased: undisturbed.leased }).toEqual({ overtaken: [], leased: [] });
    expect(killed.leased.length).toBeLessThanOrEqual(KILLS);
    // Each round has three levels, and the level whose acknowledgement ran out is called once more; every channel, each time that nobody is left.
    expect(Object.keys(killed.received)).toHaveLength(3 * (REPEATS + 1) + 1 + 2);
    expect(new Set(Object.values(killed.received).map((actions) => actions.at(-1)))).toEqual(new Set(['resolve']));
  });
});
