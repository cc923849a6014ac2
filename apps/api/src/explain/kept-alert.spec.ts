import { event, type Event, type Mute, type RecordedEvent } from '#contracts';
import { keptFrom, saidBy } from './kept-alert.js';

const recorded = (version: number, told: Event): RecordedEvent => ({
  position: version,
  stream: 'alert-al1',
  version,
  event: told,
  metadata: { actor: 'rules', cause: 'tick-1' },
  recordedAtMs: 0,
  hash: '',
});
const muted = (mute: Mute) => recorded(2, event('AlertMuted', { alertId: 'al1', mute, at: 1 }));
const silenced = muted({
  by: 'silence',
  id: 'si1',
  untilMs: Date.UTC(2021, 6, 22, 12),
  because: 'silenced by ana: planned work',
});

describe('an alert that paged nobody', () => {
  it('B13: was muted by a silence, by whom, until a moment, for a reason', () => {
    const text = 'it pages nobody: silenced by ana: planned work (silence si1, until 2021-07-22T12:00:00.000Z)';
    expect(keptFrom([silenced])).toEqual({
      verdict: 'muted',
      because: `it fired, and was muted: ${text}`,
      events: [{ id: 'alert-al1@2', text }],
    });
  });

  it('B13: an event without a sentence of its own says why and until when, by name', () => {
    const pending = recorded(
      1,
      event('AlertPendingEnded', { alertId: 'al1', because: 'success 99.9 % >= 99 % over 1m', at: 1 }),
    );
    expect(saidBy([pending])).toEqual([
      { id: 'alert-al1@1', text: 'AlertPendingEnded because success 99.9 % >= 99 % over 1m' },
    ]);
  });

  it('B13: was inhibited by another alert, for as long as that stands', () => {
    const because = 'inhibited: success on v2+c2 explains it';
    expect(keptFrom([muted({ by: 'alert', id: 'al0', untilMs: null, because })])).toMatchObject({
      verdict: 'inhibited',
      because: `it fired, and was inhibited: it pages nobody: ${because} (alert al0)`,
    });
  });

  it('B13: is kept by nothing once that is taken back', () => {
    const unmuted = event('AlertUnmuted', { alertId: 'al1', because: 'silence si1 is over', at: 2 });
    expect(keptFrom([silenced, recorded(3, unmuted)])).toBeUndefined();
    expect(saidBy([recorded(3, unmuted)])[0]?.text).toBe('it may page again: silence si1 is over');
    expect(keptFrom([])).toBeUndefined();
  });
});
