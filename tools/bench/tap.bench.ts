import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createZoneFinder, FrameReader, RecentNames, Tap } from '#domain';
import { type Bench, type BenchOptions, cheapest, type Cost, cpuSecondsOf } from './bench.js';
import { ownCpuSeconds } from './cpu-time.js';
import { secondsOf, shift } from './recording-shift.js';

/** Of three authoritative servers, with queries and responses, and of one whose responses carry their queries. */
const RECORDINGS = ['bind-400', 'knot-400', 'nsd-400', 'knot-resp-with-query-200'];
const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');
/** The zones that the recorded servers answered for. */
const ZONES = ['skyways-air.test', 'northbank.test', 'playforge.test', 'worldnews.test', 'broken.test'];
/** Rounds for each second asked for; a round is 1,400 messages, so this is a good second of one core for each five. */
const ROUNDS_PER_SECOND = 200;
/** Seconds between two rounds: longer than a recording and what may wait at its end. */
const SHIFT_S = 60;
/** As a socket hands them over. */
const PIECE_BYTES = 65_536;
/** A recording that is played again and again, each time later. */
class Player {
  outcomes = 0;
  private readonly tap: Tap;
  private readonly bytes: Uint8Array;
  private readonly secondsAt: readonly number[];

  constructor(name: string, names: RecentNames | undefined) {
    this.tap = new Tap(createZoneFinder(ZONES), () => (this.outcomes += 1), names);
    const bytes = Uint8Array.from(readFileSync(join(FIXTURES, `${name}.fstrm`)));
    this.bytes = bytes;
    this.secondsAt = secondsOf(bytes);
  }

  get messages(): number {
    return this.tap.counts.frames;
  }

  play(): void {
    const reader = new FrameReader();
    for (let at = 0; at < this.bytes.length; at += PIECE_BYTES)
      for (const found of reader.push(this.bytes.subarray(at, at + PIECE_BYTES)))
        if (found.kind === 'data') this.tap.take(found.payload);
  }

  later(): void {
    for (const at of this.secondsAt) shift(this.bytes, at, SHIFT_S);
  }

  /** What was paired in the first round must be paired in each. */
  check(rounds: number): void {
    const { frames, undecodable, unpairedQueries, orphanResponses, clockFaults } = this.tap.counts;
    const faults = undecodable + unpairedQueries + orphanResponses + clockFaults;
    if (frames === 0 || frames % rounds !== 0 || faults > 0)
      throw new Error('bench: a recording was not read as a whole');
  }
}

const measure = (name: string, rounds: number, isFiltering: boolean) => {
  const players = RECORDINGS.map((each) => new Player(each, isFiltering ? new RecentNames(1) : undefined));
  let cpu = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = ownCpuSeconds();
    for (const player of players) player.play();
    cpu += ownCpuSeconds() - before;
    for (const player of players) player.later();
  }
  for (const player of players) player.check(rounds);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const cost: Cost = { name, outcomes: sum(players.map(({ outcomes }) => outcomes)), cpuSeconds: { node: cpu } };
  return { cost, messages: sum(players.map(({ messages }) => messages)) };
};

const measureCheapest = async (name: string, { seconds, runs }: BenchOptions, isFiltering: boolean) => {
  const rounds = Math.ceil(seconds * ROUNDS_PER_SECOND);
  let messages = 0;
  const cost = await cheapest(runs, async () => {
    const measured = measure(name, rounds, isFiltering);
    messages = measured.messages;
    return measured.cost;
  });
  const messagesPerCpuSecond = Math.round(messages / cpuSecondsOf(cost));
  const note = `${(messagesPerCpuSecond / 1e6).toFixed(2)} M dnstap messages per CPU second`;
  return { cost: { ...cost, note }, messagesPerCpuSecond };
};

const run = async (options: BenchOptions) => {
  const plain = await measureCheapest('tap, no filter of names', options, false);
  const filtering = await measureCheapest('tap', options, true);
  return {
    costs: [plain.cost, filtering.cost],
    json: {
      tapMessagesPerCpuSecond: filtering.messagesPerCpuSecond,
      tapMessagesPerCpuSecondWithoutFilter: plain.messagesPerCpuSecond,
    },
  };
};

/** What an agent does before it publishes: frames, decode, pairing, zones, classes, and whether an answer contradicts recent ones. */
export const tapBench: Bench = { name: 'tap', run };
