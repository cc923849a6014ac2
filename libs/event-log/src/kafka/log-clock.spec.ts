import { LogClock } from './log-clock.js';

describe('LogClock', () => {
  let nowMs = 0;
  const clock = (): LogClock => new LogClock(() => nowMs);
  beforeEach(() => (nowMs = 5_000));

  it('knows nothing before an append was answered, nor from a topic that keeps its senders’ times', () => {
    const unheard = clock();
    unheard.hear(-1);
    expect(unheard.settledMs()).toBeUndefined();
  });

  it('goes on from the last answer, a margin behind, and never ahead of the broker', () => {
    const heard = clock();
    heard.hear(1_000_000);
    expect(heard.settledMs()).toBe(999_900);
    nowMs += 10_000;
    expect(heard.settledMs()).toBe(1_009_899);
  });

  it('forgets a reading that is too old', () => {
    const heard = clock();
    heard.hear(1_000_000);
    nowMs += 60_001;
    expect(heard.settledMs()).toBeUndefined();
  });

  it('follows the broker’s clock back', () => {
    const heard = clock();
    heard.hear(1_000_000);
    heard.hear(900_000);
    expect(heard.settledMs()).toBe(899_900);
  });
});
