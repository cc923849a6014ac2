import { systemClock } from './clock.js';
import type { PlayedLine } from './day-lines.js';
import { type DayResult, findingsOf } from './day-record.js';
import { playDay } from './day-run.js';
import { startReceiver } from './receiver.js';
import { fakeEncoding, startFakeTocsin, type TocsinFaults } from './tocsin.fake.js';

const play = async (faults: TocsinFaults, isCanary = false) => {
  const lines: PlayedLine[] = [];
  const receiver = await startReceiver(systemClock, 1);
  const tocsin = await startFakeTocsin(receiver, systemClock.nowMs, faults);
  const day = await playDay({
    url: tocsin.url,
    adminKey: 'a.b',
    publicKey: tocsin.publicKey,
    receiver,
    seed: 1,
    nodes: 16,
    isCanary,
    queriesPerSecondPerNode: 100,
    clock: systemClock,
    encoding: fakeEncoding,
    leadMs: 500,
    recoveryBoundMs: 10_000,
    onLine: (line) => lines.push(line),
  });
  const result: DayResult = await day.finish();
  day.stop();
  await tocsin.close();
  await receiver.close();
  return { result, lines, tocsin, receiver, affected: day.oracle.affected() };
};

describe('a day against a server', () => {
  it('is detected, paged, rolled back and recovers; every outcome is counted once though answers get lost', async () => {
    const { result, lines, tocsin, affected } = await play({ loseAnswerEvery: 7 });
    expect(findingsOf(result)).toEqual([]);
    expect(result).toMatchObject({ nodes: 16, customers: 520, pages: 1, commands: 1, impactScore: 1_350 });
    expect(result.outcomes).toBeGreaterThan(1_000);
    expect(affected.size).toBeGreaterThan(3);
    expect(tocsin.signals).toHaveLength(2);
    const told = lines.map(({ text }) => text.split(':')[0]);
    for (const moment of ['RELEASE', 'FIRST FAILURE', 'DETECTED', 'PAGED', 'ROLLBACK COMMAND', 'RECOVERED'])
      expect(told).toContain(moment);
  });

  it('B5: a canary is declared, one node has the release, and that one alone is commanded', async () => {
    const { result, tocsin } = await play({}, true);
    expect(result.commandedNodes).toHaveLength(1);
    expect(tocsin.signals).toMatchObject([{ stage: 'canary', nodes: result.commandedNodes }]);
  });

  it('sees it when the server counts a repeated batch twice', async () => {
    const { result } = await play({ loseAnswerEvery: 7, countTwice: true });
    expect(result.duplicated).toBeGreaterThan(0);
    expect(findingsOf(result)).toEqual([`duplicated: ${result.duplicated}, expected 0`]);
  });
});
