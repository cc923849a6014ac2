import { ruleOf } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { TickView } from '../rule/tick-view.js';
import { END_SLOT, signalView } from '../signal/signal-view.fixture.js';
import { heldMsOf } from './held.js';

const rule = ruleOf({
  name: 'slow',
  signal: 'success_rate',
  scopes: ['fleet'],
  comparison: 'below',
  threshold: 99,
  windowMs: 1_000,
  severity: 'critical',
  confidence: 0,
});

/** Outcomes of each second: half of them fail in some. */
const viewOf = (isBad: (slotsBefore: number) => boolean): TickView => {
  const view = signalView({});
  const sum: TickView['windows']['sum'] = (_family, _key, _windowMs, endSlot) =>
    isBad(END_SLOT - endSlot)
      ? { good: 500, bad: 500, excluded: 0, timeout: 0 }
      : { good: 1_000, bad: 0, excluded: 0, timeout: 0 };
  return { ...view, windows: { ...view.windows, sum } };
};

const firing = (view: TickView, ageMs: number): Alert => ({
  alertId: 'al1',
  rule: 'slow',
  scope: 'fleet',
  key: 'fleet',
  severity: 'critical',
  state: 'firing',
  firedAtMs: view.at - ageMs,
  firedSlot: END_SLOT - Math.floor(ageMs / 1_000),
  reason: {
    rule: 'slow',
    signal: 'success_rate',
    text: '',
    value: 50,
    threshold: 99,
    windowMs: 1_000,
  } as Alert['reason'],
});

describe('how long a condition has held', () => {
  it('R25: one second of an alert that is an hour old is one second', () => {
    const view = viewOf((before) => before === 0 || before > 2);
    expect(heldMsOf(firing(view, 3_600_000), rule, view)).toBe(1_000);
  });

  it('counts the seconds without a break', () => {
    const view = viewOf((before) => before <= 2);
    expect(heldMsOf(firing(view, 3_600_000), rule, view)).toBe(3_000);
  });

  it('is never longer than the alert fires, and not looked for beyond what is asked', () => {
    const view = viewOf(() => true);
    expect(heldMsOf(firing(view, 750), rule, view)).toBe(750);
    expect(heldMsOf(firing(view, 3_600_000), rule, view)).toBe(5_000);
  });

  it('what its windows do not show is proved otherwise, since the alert fired', () => {
    const view = viewOf(() => false);
    expect(heldMsOf(firing(view, 9_000), rule, view)).toBe(9_000);
  });
});
