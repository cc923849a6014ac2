import fc from 'fast-check';
import { event, type RecordedEvent, TICK_MS } from '#contracts';
import { decidedTick } from './decision-log.js';
import { inputsOf } from './recorded-inputs.js';

const at = (position: number, actor: string, cause: string, recordedAtMs: number): RecordedEvent => ({
  position,
  stream: 'incident-1',
  version: position,
  event: event('IncidentResolved', { incidentId: '1', because: '', at: 0 }),
  metadata: { actor, cause },
  recordedAtMs,
  hash: '',
});
const decided = (position: number, tick: number): RecordedEvent => at(position, 'rules', `tick-${tick}`, 0);
const ticksOf = (events: readonly RecordedEvent[]): readonly number[] => inputsOf(events).map(({ tick }) => tick);

describe('the place of an input among decisions', () => {
  it('is the tick that was under way when it was recorded', () => {
    expect(ticksOf([at(1, 'user:alice', 'x', 10 * TICK_MS + 100)])).toEqual([10]);
    expect(ticksOf([at(1, 'user:alice', 'x', 11 * TICK_MS)])).toEqual([10]);
    expect(ticksOf([at(1, 'user:alice', 'x', 11 * TICK_MS + 1)])).toEqual([11]);
  });

  it('is after the decisions before it and not after those behind it, whatever the clocks say', () => {
    const late = at(2, 'user:alice', 'x', 90 * TICK_MS);
    expect(ticksOf([decided(1, 20), late, decided(3, 30)])).toEqual([30]);
    expect(ticksOf([decided(1, 20), at(2, 'user:alice', 'x', 100), decided(3, 30)])).toEqual([21]);
  });

  it('keeps the order of the events, for any events', () => {
    const anyEvents = fc.array(fc.record({ tick: fc.nat({ max: 50 }), isInput: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(anyEvents, (steps) => {
        let last = 0;
        const events = steps.map(({ tick, isInput }, index) => {
          if (isInput) return at(index + 1, 'user:alice', 'x', tick * TICK_MS);
          last += 1 + (tick % 3);
          return decided(index + 1, last);
        });
        for (const { tick, recorded } of inputsOf(events)) {
          const [before, after] = [events.slice(0, recorded.position), events.slice(recorded.position)];
          expect(Math.max(-1, ...before.flatMap((each) => decidedTick(each) ?? []))).toBeLessThan(tick);
          expect(Math.min(Infinity, ...after.flatMap((each) => decidedTick(each) ?? []))).toBeGreaterThanOrEqual(tick);
        }
      }),
    );
  });

  it('takes deliveries and loaded rules for no decisions', () => {
    expect(decidedTick(at(1, 'rules', 'incident-1@4', 0))).toBeUndefined();
    expect(decidedTick({ ...decided(1, 7), stream: 'rules' })).toBeUndefined();
    expect(decidedTick(decided(1, 7))).toBe(7);
  });
});
