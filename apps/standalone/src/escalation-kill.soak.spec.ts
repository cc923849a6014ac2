import { calledBy, playEscalation } from './escalation-kill.fixture.js';

const KILLS = 50;
const REPEATS = 20;

describe('a server that is killed fifty times while it escalates', () => {
  it('calls the same people in the same order as one that nobody disturbs', async () => {
    const undisturbed = await playEscalation({ kills: 0, seed: 50, repeats: REPEATS });
    const killed = await playEscalation({ kills: KILLS, seed: 50, repeats: REPEATS });
    console.table({ kills: killed.kills, steps: killed.steps.length, notifications: killed.asked.length });
    expect(calledBy(killed)).toEqual(calledBy(undisturbed));
    expect(killed.kills).toBe(KILLS);
  });
});
