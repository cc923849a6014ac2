import type { RecordedEvent } from '#contracts';
import { keptFrom } from './kept-alert.js';

const recorded = (version: number, type: string, data: Readonly<Record<string, unknown>>): RecordedEvent => {
  const metadata = { actor: 'rules', cause: 'tick-1' };
  const place = { position: version, stream: 'alert-al1', version, metadata, recordedAtMs: 0, hash: '' };
  return { ...place, event: { type, data } } as unknown as RecordedEvent;
};
const muted = recorded(2, 'AlertMuted', {
  alertId: 'al1',
  by: 'silence',
  id: 'si1',
  until: Date.UTC(2021, 6, 22, 12),
  because: 'planned work',
});

describe('an alert that paged nobody', () => {
  it('B13: was muted by a silence, until a moment, for a reason', () => {
    expect(keptFrom([muted])).toEqual({
      verdict: 'muted',
      because:
        'it fired, and was muted: AlertMuted by silence id si1 because planned work until 2021-07-22T12:00:00.000Z',
      events: [
        { id: 'alert-al1@2', text: 'AlertMuted by silence id si1 because planned work until 2021-07-22T12:00:00.000Z' },
      ],
    });
  });

  it('B13: was inhibited by another alert', () => {
    const inhibited = recorded(3, 'AlertInhibited', { alertId: 'al1', by: 'al0', because: 'the fleet fails' });
    expect(keptFrom([inhibited])).toMatchObject({
      verdict: 'inhibited',
      because: 'it fired, and was inhibited: AlertInhibited by al0 because the fleet fails',
    });
  });

  it('B13: is kept by nothing once that is taken back', () => {
    expect(keptFrom([muted, recorded(3, 'AlertUnmuted', { alertId: 'al1' })])).toBeUndefined();
    expect(keptFrom([])).toBeUndefined();
  });
});
