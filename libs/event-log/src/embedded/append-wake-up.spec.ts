import { AppendWakeUp } from './append-wake-up.js';

const PARTITION = { topic: 'slots', partition: 0 } as const;
// Longer than a test may take: a wait that rests on it fails.
const FOR_EVER_MS = 600_000;

describe('AppendWakeUp', () => {
  const wakeUp = new AppendWakeUp({ connection: () => ({}) });
  const never = new AbortController();

  it('does not sleep through what was told between the look and the wait', async () => {
    const heard = wakeUp.heard(PARTITION);
    wakeUp.wake('slots/0');
    await wakeUp.next(PARTITION, heard, FOR_EVER_MS, never.signal);
    expect(wakeUp.heard(PARTITION)).toBe(heard + 1);
  });

  it('wakes who waits for that partition, and who is told to stop', async () => {
    const stopping = new AbortController();
    const woken: string[] = [];
    const wait = (partition: number, signal: AbortSignal): Promise<void> => {
      const of = { ...PARTITION, partition };
      return wakeUp.next(of, wakeUp.heard(of), FOR_EVER_MS, signal).then(() => void woken.push(`${partition}`));
    };
    const waits = [wait(1, never.signal), wait(2, stopping.signal)];
    wakeUp.wake('slots/1');
    await waits[0];
    expect(woken).toEqual(['1']);
    stopping.abort();
    await waits[1];
    expect(woken).toEqual(['1', '2']);
  });
});
