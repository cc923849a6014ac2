import fc from 'fast-check';
import { event, type GateSettings } from '#contracts';
import { atS, CANARY, FLEET, gatePlay, STREAM, traffic } from './gate-play.fixture.js';

const HEALTHY = 0.0005;
const GATE: GateSettings = {
  failing: { healthy: 0.001, faulty: 0.003 },
  customerFailing: { healthy: 0.001, faulty: 0.003 },
  impactScoreMax: 100,
};

/** What gates decide and measure, whenever the process is killed. */
const tellsOf = (kills: ReadonlySet<number>): string => {
  const nodes = FLEET.filter(({ nodeId }) => /n[0-2]$/.test(nodeId));
  const play = gatePlay({ nodes, gate: GATE });
  play.beforeTick = (ticks) => {
    // The second node is told of while the canary bakes.
    if (ticks === 200) {
      const [first, second] = [CANARY.nodeId, nodes[1]!.nodeId];
      play.record(
        STREAM,
        event('RolloutStageReached', { rolloutId: 'ro1', stage: 'canary', nodes: [first, second], at: atS(50) }),
      );
    }
  };
  for (let second = 10; second < 230; second += 1) {
    play.play(1, traffic(100, second < 180 ? HEALTHY : 0.006, HEALTHY, nodes));
    if (kills.has(second)) play.kill();
  }
  return JSON.stringify(play.told);
};

describe('the gate after a restart', () => {
  const whole = tellsOf(new Set());

  it('is tried with what it measures, promotes and rolls back', () => {
    for (const part of ['"GateMeasured"', '"promote"', '"roll_back"']) expect(whole).toContain(part);
  });

  it('R36, B2: killed at any moments, it measures and decides the same, to the bit', () => {
    const seconds = fc.uniqueArray(fc.integer({ min: 10, max: 229 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(seconds, (kills) => {
        expect(tellsOf(new Set(kills))).toBe(whole);
      }),
      { numRuns: 6 },
    );
  });
});
