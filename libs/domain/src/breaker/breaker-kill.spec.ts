import { event, type Event, streamOf } from '#contracts';
import { EngineStory } from '#testing';

/** A fleet that is well, whose breaker alone has something to do. */
const story = (): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'a', name: 'A', tier: 'tier3', critical: false }],
    build: (fleet) => void fleet.add({ nodeId: 'n0', pop: 'p0', region: 'us-east', release: 'v2.1.4+c41', qps: 100 }),
  });

const STREAM = streamOf.breaker('dns');
const began = (updateId: string, at: number): Event =>
  event('UpdateBegan', { service: 'dns', updateId, rolloutId: 'r1', nodeId: `n-${updateId}`, at });

/** Three updates of which nobody hears again, and one that decides, of which nobody hears either; killed after `killedAfterS`. */
const play = (killedAfterS: number | undefined): readonly unknown[] => {
  const told = story();
  const atS = (): number => Date.UTC(2021, 6, 22, 11, 47) + told.afterS * 1_000;
  for (let second = 0; second < 376; second += 2) {
    if (second === 2) told.tell(STREAM, began('a', atS()), began('b', atS()), began('c', atS()));
    if (second === 340) told.tell(STREAM, began('d', atS()));
    if (second === killedAfterS) told.restart();
    told.play(2);
  }
  return told.told.filter(({ stream }) => stream === STREAM);
};

describe('the circuit breaker of a process that is killed', () => {
  const whole = play(undefined);

  it('R42, B2: opens by timeouts, is half-open after 300 s, and opens again', () => {
    expect(whole.map((each) => (each as { event: Event }).event.type)).toEqual([
      'UpdateBegan',
      'UpdateBegan',
      'UpdateBegan',
      'UpdateEnded',
      'UpdateEnded',
      'UpdateEnded',
      'BreakerOpened',
      'BreakerHalfOpened',
      'UpdateBegan',
      'UpdateEnded',
      'BreakerOpened',
    ]);
  });

  it.each([2, 4, 30, 32, 34, 330, 332, 334, 340, 342, 370])(
    'R42, B2: decides the same when it is killed after %d s',
    (killedAfterS) => {
      expect(play(killedAfterS)).toEqual(whole);
    },
  );
});
