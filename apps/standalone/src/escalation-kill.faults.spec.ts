import { calledBy, playEscalation } from './escalation-kill.fixture.js';

const KILLS = 10;
/** Levels are called 12 times: each life of the dispatcher finds one that is due. */
const REPEATS = 3;

describe('a server that is killed while it escalates', () => {
  it('B2, R45: calls the same people in the same order as one that nobody disturbs, each once', async () => {
    const undisturbed = await playEscalation({ kills: 0, seed: 1, repeats: REPEATS });
    const killed = await playEscalation({ kills: KILLS, seed: 1, repeats: REPEATS });
    expect(killed.kills).toBe(KILLS);
    expect(calledBy(killed)).toEqual(calledBy(undisturbed));
    // Each round has three levels, and the level whose acknowledgement ran out is called once more; every channel, each time that nobody is left.
    expect(Object.keys(killed.received)).toHaveLength(3 * (REPEATS + 1) + 1 + 2);
    expect(new Set(Object.values(killed.received).map((actions) => actions.at(-1)))).toEqual(new Set(['resolve']));
  });
});
