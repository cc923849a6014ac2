import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, type RecordedEvent, ruleOf, streamOf, TICK_MS } from '#contracts';
import { createPaint } from './paint.js';
import { readReplayArguments } from './replay-arguments.js';
import { answerReplay } from './replay-command.js';
import { readFaults } from './replay-inputs.js';
import { UsageError } from './usage-error.js';

const SECOND_TICKS = 1_000 / TICK_MS;
/** The seconds of a range that are decided, both included. */
const range = (fromS: number, toS: number) => ({
  fromTick: fromS * SECOND_TICKS,
  toTick: (toS + 1) * SECOND_TICKS - 1,
});

const reason = {
  rule: 'success',
  signal: 'success_rate',
  text: 'success 80 % < 99 %',
  value: 80,
  threshold: 99,
  windowMs: 60_000,
  good: 80,
  bad: 20,
  tick: 1,
  coverage: 1,
} as const;
const impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};

/** An incident between two seconds; one without an end is open. */
const incident = (incidentId: string, openedS: number, resolvedS?: number): readonly RecordedEvent[] => {
  const subject = { alertId: `al-${incidentId}`, rule: 'success', scope: 'fleet', key: 'fleet' } as const;
  const at = openedS * 1_000;
  const opened = event('IncidentOpened', {
    incidentId,
    title: incidentId,
    severity: 'critical',
    ...subject,
    reason,
    impact,
    at,
  });
  const resolved = event('IncidentResolved', { incidentId, because: 'over', at: (resolvedS ?? 0) * 1_000 });
  const told = resolvedS === undefined ? [opened] : [opened, resolved];
  return told.map((each, index) => ({
    position: index + 1,
    stream: streamOf.incident(incidentId),
    version: index + 1,
    event: each,
    metadata: { actor: 'rules', cause: 'test' },
    recordedAtMs: at,
    hash: '',
  }));
};

describe('what replays are given', () => {
  let directory: string;
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tocsin-inputs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('B14: faults are those of the range: one that was over before it, or began after it, could not be found in it', () => {
    const events = [
      ...incident('before', 10, 50),
      ...incident('into', 50, 150),
      ...incident('within', 120, 130),
      ...incident('out of', 190),
      ...incident('after', 201, 210),
    ];
    const faults = readFaults(undefined, events, range(100, 200));
    expect(faults.map(({ name }) => name)).toEqual(['into', 'within', 'out of']);
    // What is open ends with the range.
    expect(faults.at(-1)).toMatchObject({ fromMs: 190_000, toMs: 201_000 });
  });

  it('B14: the truth of a file is cut to the range as well; at its edges an end is not in it, a beginning is', () => {
    const at = (second: number): string => new Date(second * 1_000).toISOString();
    const truth = [
      { name: 'ends as it begins', from: at(90), to: at(100) },
      { name: 'the first ms', from: at(90), to: new Date(100_001).toISOString() },
      { name: 'the last ms', from: new Date(200_999).toISOString(), to: at(300) },
      { name: 'begins as it ends', from: at(201), to: at(300) },
    ];
    const path = write('truth.json', JSON.stringify(truth));
    const faults = readFaults(path, incident('recorded', 120, 130), range(100, 200));
    expect(faults.map(({ name }) => name)).toEqual(['the first ms', 'the last ms']);
  });

  /** An exported log of one record of telemetry and no events. */
  const writeRecording = (): void => {
    const partition = { partition: 0, low: 0, high: 1 };
    write(
      'recording.json',
      JSON.stringify({
        version: 1,
        name: 'log',
        ticks: { first: 4_000, last: 5_000, isFirst: true },
        partitions: [{ topic: 'telemetry.outcomes', ...partition }],
      }),
    );
    const record = { offset: 0, at: 1_000_000, key: 'n1', headers: {}, value: '' };
    write('telemetry.outcomes-0.ndjson', `${JSON.stringify(record)}\n`);
    for (const topic of ['events', 'registry.zones', 'telemetry.dead-letter']) write(`${topic}-0.ndjson`, '');
  };

  const sweep = (rules: string) =>
    answerReplay(
      readReplayArguments('sweep', [
        '--rule',
        'burn',
        '--threshold',
        '1,2',
        '--window',
        '1m',
        '--rules',
        rules,
        '--from-files',
        directory,
      ]),
      {
        environment: {},
        directory,
        paint: createPaint(false, {}),
        screen: { isTTY: false, write: () => true },
        nowMs: () => 0,
        pause: async () => undefined,
      },
    );

  it('a replay lasts as long as it did, divided by its speed, and as short as it can without one', async () => {
    writeRecording();
    const lasting = async (...speed: readonly string[]): Promise<number> => {
      let nowMs = 0;
      await answerReplay(readReplayArguments('replay', [...speed, '--from-files', directory]), {
        environment: {},
        directory,
        paint: createPaint(false, {}),
        screen: { isTTY: false, write: () => true },
        nowMs: () => nowMs,
        pause: async (ms) => void (nowMs += ms),
      });
      return nowMs;
    };
    // Ticks 4,000 to 4,992: of a log that runs, the last ones may not be decided yet.
    expect(await lasting('--speed', '2x')).toBe((993 * 250) / 2);
    expect(await lasting('--speed', 'max')).toBe(0);
    expect(await lasting()).toBe(0);
  });

  it('B14: a sweep refuses a rule of two windows, of which it would try one; of one window it takes it', async () => {
    writeRecording();
    const burn = ruleOf({
      name: 'burn',
      signal: 'burn_rate',
      comparison: 'above',
      threshold: 1,
      windowMs: 300_000,
      severity: 'warning',
    });
    const two = write('two.json', JSON.stringify({ rules: [{ ...burn, shortWindowMs: 60_000 }] }));
    await expect(sweep(two)).rejects.toThrow(UsageError);
    await expect(sweep(two)).rejects.toThrow('--rule burn: has two windows, of which a sweep would try one');
    const one = write('one.json', JSON.stringify({ rules: [burn] }));
    expect((await sweep(one)).lines[0]).toMatch(/^burn, 2 combinations/);
  });
});
