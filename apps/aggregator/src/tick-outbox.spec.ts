import type { NewRecord } from '#event-log';
import { createLogger, systemClock } from '#runtime';
import { TickOutbox } from './tick-outbox.js';

const record = (kibibytes: number): NewRecord => ({ key: 'p', value: new Uint8Array(kibibytes << 10) });
const sizes = (records: readonly NewRecord[]): readonly number[] => records.map(({ value }) => value.length >> 10);

describe('the outbox of ticks', () => {
  it('appends in pieces that a log takes, a larger record alone, all in order', async () => {
    const appends: (readonly number[])[] = [];
    const log = {
      append: async (_topic: string, records: readonly NewRecord[]) => {
        appends.push(sizes(records));
        return [];
      },
    };
    const stopping = new AbortController().signal;
    const outbox = new TickOutbox({ log, clock: systemClock, logger: createLogger('silent'), stopping });
    for (const size of [1, 200, 200, 200, 900, 100]) outbox.push('slots', record(size));
    expect(await outbox.inLog()).toBe(true);
    // The first goes at once; what waits behind it goes together as far as it fits.
    expect(appends).toEqual([[1], [200, 200], [200], [900], [100]]);
  });
});
