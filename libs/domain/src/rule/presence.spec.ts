import type { PartitionTick } from '../window/partition-tick.js';
import { Presence } from './presence.js';

/** The last tick at which a node seen at tick 0 is remembered. */
const REMEMBERED = 1_200;

const seen = (tick: number, release: string): PartitionTick => ({
  topic: 'telemetry.outcomes',
  partition: 0,
  incarnation: 1,
  tick,
  nextOffset: tick,
  slots: [],
  nodes: [{ nodeId: 'n1', pop: 'iad', region: 'us-east', release, watermarkUs: tick + 1 }],
  reports: [],
  signals: [],
});

const formerly = (returnsAt: number, ...asked: readonly number[]): readonly string[] | undefined => {
  const presence = new Presence();
  presence.apply(seen(0, 'old'));
  for (const tick of asked) presence.at(tick);
  presence.apply(seen(returnsAt, 'new'));
  return presence.at(returnsAt)[0]?.formerly;
};

describe('presence', () => {
  it('knows what a node ran before, while it is remembered', () => {
    expect(formerly(REMEMBERED)).toEqual(['old']);
  });

  it('takes a node that comes back after five minutes for a new one, whether it was asked meanwhile or not', () => {
    expect(formerly(REMEMBERED + 1)).toEqual([]);
    expect(formerly(REMEMBERED + 1, REMEMBERED)).toEqual([]);
    expect(formerly(REMEMBERED + 9, REMEMBERED + 1)).toEqual([]);
  });
});
