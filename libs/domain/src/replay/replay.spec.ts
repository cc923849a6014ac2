import { createHash } from 'node:crypto';
import type { RecordedEvent } from '#contracts';
import { LAST_TICK, ORIGIN_TICK, recordStory, replayOf, SOURCES } from '#testing';
import { decidedTick, decisionLine, type LoggedDecision, recordedDecisions } from './decision-log.js';
import type { Replay } from './replay.js';

const hashOf = (decisions: readonly LoggedDecision[]): string =>
  createHash('sha256').update(decisions.map(decisionLine).join('\n')).digest('hex');

/** The same numbers from the same seed (minimal standard generator). */
const seeded = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
};

describe('a replay of the recorded log', () => {
  const story = recordStory();
  const recorded = recordedDecisions(story.events, ORIGIN_TICK, LAST_TICK);
  const all = story.records.reduce((sum, records) => sum + records.length, 0);

  /** Reads the sources in an order of its own, so many records of one at a time, and no more than so many in all. */
  const read = (replay: Replay, seed: number, batch: number, atMost = Infinity): void => {
    const pick = seeded(seed);
    const next = SOURCES.map(() => 0);
    const open = SOURCES.map((_, source) => source);
    for (let count = 0; open.length > 0 && count < atMost;) {
      const source = open[pick(open.length)]!;
      const records = story.records[source]!.slice(next[source], next[source]! + batch);
      for (const record of records) replay.add(source, record);
      next[source]! += batch;
      count += records.length;
      if (records.length > 0) continue;
      open.splice(open.indexOf(source), 1);
      replay.passTo(source, LAST_TICK + 1);
    }
  };

  /** What a process finds that was recorded before it was killed: decisions, and what others did. */
  const foundAfter = (decisions: readonly LoggedDecision[]): readonly RecordedEvent[] => {
    const count = decisions.reduce((sum, { events }) => sum + events.length, 0);
    let left = count;
    return story.events.filter((each) => decidedTick(each) === undefined || (left -= 1) >= 0);
  };

  it('B1: decides what was recorded, byte for byte, with pages, commands and their answers in it', () => {
    const types = recorded.flatMap(({ events }) => events.map(({ type }) => type));
    expect(types).toEqual(expect.arrayContaining(['IncidentOpened', 'CommandIssued', 'WaveAnswered']));
    const replay = replayOf(story);
    read(replay, 1, all);
    expect(replay.decisions.map(decisionLine)).toEqual(recorded.map(decisionLine));
    expect(replay.inputsWithoutSubject).toEqual([]);
  });

  /** One life of the rules that is killed at each of these parts of the log, and begun again from what was recorded. */
  const live = (seed: number, batch: number, kills: readonly number[]): readonly LoggedDecision[] => {
    let decided: readonly LoggedDecision[] = [];
    let replay = replayOf(story);
    let fromTick = ORIGIN_TICK;
    for (const [nth, part] of [...kills, Infinity].entries()) {
      read(replay, seed + 100 * nth, batch, Math.floor(part * all));
      decided = [...decided, ...replay.decisions];
      // One that is killed while it still applies what was decided has decided nothing.
      fromTick = Math.max(fromTick, (replay.passed ?? 0) + 1);
      if (part < 1) replay = replayOf({ refused: story.refused, events: foundAfter(decided) }, { fromTick });
    }
    return decided;
  };

  it('B1: 20 interleavings × 3 batch sizes × 3 crash points give one hash of decisions, the one of what was recorded', () => {
    const hashes = new Set([hashOf(recorded)]);
    for (let seed = 1; seed <= 20; seed += 1)
      for (const batch of [1, 17, 200]) hashes.add(hashOf(live(seed, batch, [0.3, 0.5, 0.7])));
    expect([...hashes]).toEqual([hashOf(recorded)]);
  }, 60_000);

  it('sees a forged record count, were it not for its dead letter', () => {
    const replay = replayOf({ events: story.events, refused: SOURCES.map(() => new Set<number>()) });
    read(replay, 1, all);
    expect(hashOf(replay.decisions)).not.toBe(hashOf(recorded));
  });

  it('B1: decides nothing before the tick that is asked for, and from there on what was recorded', () => {
    const middle = recorded[Math.floor(recorded.length / 2)]!.tick;
    const replay = replayOf(story, { fromTick: middle });
    read(replay, 1, all);
    expect(replay.decisions.map(decisionLine)).toEqual(recorded.filter(({ tick }) => tick >= middle).map(decisionLine));
  });
});
