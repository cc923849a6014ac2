import { FakeClock } from '#testing';
import { ClosingOrder } from './closing-order.js';
import { createLogger } from './logger.js';

const closingOn = (clock: FakeClock): ClosingOrder => new ClosingOrder(clock, createLogger('silent'));

describe('ClosingOrder', () => {
  it('closes what was opened last first, and once', async () => {
    const closed: string[] = [];
    const closing = closingOn(new FakeClock());
    for (const name of ['database', 'log', 'roles']) closing.add(name, async () => closed.push(name));
    await Promise.all([closing.run(), closing.run()]);
    expect(closed).toEqual(['roles', 'log', 'database']);
  });

  it('goes on after a step that fails', async () => {
    const closed: string[] = [];
    const closing = closingOn(new FakeClock());
    closing.add('database', async () => closed.push('database'));
    closing.add('log', () => Promise.reject(new Error('gone')));
    await closing.run();
    expect(closed).toEqual(['database']);
  });

  it('goes on after a step that hangs', async () => {
    const clock = new FakeClock();
    const closed: string[] = [];
    const closing = closingOn(clock);
    closing.add('database', async () => closed.push('database'));
    closing.add('log', () => new Promise(() => undefined));
    const run = closing.run();
    await clock.advance(7_999);
    expect(closed).toEqual([]);
    await clock.advance(1);
    await run;
    expect(closed).toEqual(['database']);
  });
});
