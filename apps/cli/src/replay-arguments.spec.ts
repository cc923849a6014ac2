import { readArguments, UsageError } from './arguments.js';
import { Progress } from './progress.js';

const read = (line: string) => readArguments(line.split(' '));

describe('the arguments of replay, backtest and sweep', () => {
  it('reads times, lists and durations', () => {
    expect(read('replay --from 2021-07-22T11:47:00Z --to 2021-07-22T12:00:00Z')).toMatchObject({
      command: 'replay',
      span: { fromMs: Date.UTC(2021, 6, 22, 11, 47), toMs: Date.UTC(2021, 6, 22, 12) },
    });
    expect(read('sweep --rule r --threshold 95,97.5 --window 30s,2m --for 0,30s')).toMatchObject({
      thresholds: [95, 97.5],
      windowsMs: [30_000, 120_000],
      forsMs: [0, 30_000],
    });
  });

  it('a replay is as fast as it can, or so many times as fast as it was', () => {
    expect(read('replay')).toMatchObject({ speed: undefined });
    expect(read('replay --speed max')).toMatchObject({ speed: undefined });
    expect(read('replay --speed 60x')).toMatchObject({ speed: 60 });
    expect(read('replay --speed 0.5x')).toMatchObject({ speed: 0.5 });
  });

  it('durations are those of the rules', () => {
    expect(read('sweep --rule r --threshold 95 --window 1m30s --for 1h30m,250ms,1d')).toMatchObject({
      windowsMs: [90_000],
      forsMs: [5_400_000, 250, 86_400_000],
    });
    expect(read('silence add --where node=a --for 1w --comment x')).toMatchObject({
      request: { body: { durationMs: 7 * 86_400_000 } },
    });
  });

  it.each([
    ['replay --from yesterday', '--from yesterday: expected a time with its zone'],
    ['replay --from 2021-07-22 --to 2021-07-21', '--from: expected a time before --to'],
    ['replay --from 2021-07-22T10:00', '--from 2021-07-22T10:00: expected a time with its zone'],
    ['replay --incident latest --to 2021-07-22', 'exclude each other'],
    ['replay --threshold 1', '--threshold is nothing for replay'],
    ['replay --speed 60', '--speed 60: expected max, or how many times as fast as it was, such as 60x'],
    ['replay --speed 0x', '--speed 0x: expected max'],
    ['replay --speed 100001x', '--speed 100001x: expected max'],
    ['replay --speed 2x --export d', '--speed and --export exclude each other'],
    ['backtest --rules r.yml --speed 2x', '--speed is nothing for backtest'],
    ['replay now', 'unexpected argument now'],
    ['backtest', 'backtest: expected --rules FILE'],
    ['sweep --threshold 1 --window 1m', 'sweep: expected --rule NAME'],
    ['sweep --rule r --window 1m', 'sweep: expected --threshold and --window'],
    ['sweep --rule r --threshold x --window 1m', '--threshold x: expected a number'],
    ['sweep --rule r --threshold 1 --window 0s', '--window 0s: expected whole seconds'],
    [
      'sweep --rule r --threshold 1 --window 10m',
      '--window 10m: expected whole seconds, like 30s or 1m30s, 5m at most',
    ],
    ['sweep --rule r --threshold 1 --window 1500ms', '--window 1500ms: expected whole seconds'],
    ['sweep --rule r --threshold 1 --window 1m --for 1m1h', '--for 1m1h: expected a duration'],
    ['silence add --where node=a --for 2h30 --comment x', '2h30: expected a duration such as 30s'],
  ])('%s is refused', (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
  });
});

describe('progress', () => {
  const shown = (isTTY: boolean): string => {
    let text = '';
    let nowMs = 0;
    const screen = { isTTY, write: (piece: string) => (text += piece) };
    const progress = new Progress(screen, 'outcomes', () => (nowMs += 1_000));
    progress.at(50, 100, 5_000);
    progress.end();
    return text;
  };

  it('is a bar, a rate and the time that is left, on a terminal alone', () => {
    expect(shown(true)).toContain('[############............] 50 %  5,000 outcomes/s  1 s left');
    expect(shown(false)).toBe('');
  });
});
