import { calledBy, playEscalation } from './escalation-kill.fixture.js';

const KILLS = 50;
const REPEATS = 20;

describe('a server that is killed fifty times while it escalates', () => {
  it('calls the same people in the same order as one that nobody disturbs', async () => {
    const undisturbed = await playEscalation({ kills: 0, seed: 50, repeats: REPEATS });
    const killed = await playEscalation({ kills: KILLS, seed: 50, repeats: REPEATS });
    const { kills, steps, asked, leased } = killed;
    console.table({ kills, steps: steps.length, notifications: asked.length, leased: leased.length });
    expect(calledBy(killed)).toEqual(calledBy(undisturbed));
    expect(kills).toBe(KILLS);
    expect(undisturbed.overtaken).toEqual([]);
    expect(leased.length).toBeLessThanOrEqual(KILLS);
  });
});
