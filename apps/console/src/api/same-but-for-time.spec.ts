import fc from 'fast-check';
import { isSameButForTime } from './same-but-for-time.js';

describe('what is asked for at two times', () => {
  it('is one thing where only moments differ', () => {
    const at = (minute: string) => ['series', { from: `2021-07-22T11:${minute}:00.000Z`, step: 60_000, ids: ['a'] }];
    expect(isSameButForTime(at('47'), at('48'))).toBe(true);
    expect(isSameButForTime(at('47'), ['series', { from: '2021-07-22T11:47:00Z', step: 1_000, ids: ['a'] }])).toBe(
      false,
    );
  });

  it('is another thing where anything else does, or a moment is missing', () => {
    const of = (incidentId: string | null, since?: string) => ['incident', { incidentId, ...(since && { since }) }];
    expect(isSameButForTime(of('i-1'), of('i-2'))).toBe(false);
    expect(isSameButForTime(of('i-1'), of(null))).toBe(false);
    expect(isSameButForTime(of('i-1'), of('i-1', '2021-07-22T11:47:00Z'))).toBe(false);
    // A name that only begins as a moment does is a name.
    expect(isSameButForTime(['2021-07-22T11:47:00Z-east'], ['2021-07-22T11:48:00Z-west'])).toBe(false);
  });

  it('is itself, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isSameButForTime(value, structuredClone(value))));
  });
});
