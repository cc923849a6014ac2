import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { BACKTEST_MS_MAX, TICK_MS } from '#contracts';
import { incidentSpan } from '#domain';
import { type AskedSpan, rangeOf, readFacts, type RecordedFacts, recordingOfLog, runBacktest } from '#replay';
import { askedLog, type BacktestWork, type LogAnswer, type LogQuestion, type ThreadWord } from './thread-words.js';

/** How much more of the whole is done before it is told again: a hundred words of a backtest. */
const TELL_EVERY = 0.01;

const { clusterId, asked, ruleSet } = workerData as BacktestWork;
const tell = (word: ThreadWord): void => parentPort?.postMessage(word);

/** It cannot be done, for a reason that whoever asked understands. */
class Impossible extends Error {
  override readonly name = 'Impossible';
}

const waiting = new Map<number, (answer: LogAnswer) => void>();
const ask = (question: LogQuestion): Promise<LogAnswer> =>
  new Promise((done) => {
    const id = asking();
    waiting.set(id, done);
    tell({ is: 'question', id, question });
  });
let questions = 0;
const asking = (): number => (questions += 1);
parentPort?.on('message', (answer: LogAnswer) => {
  waiting.get(answer.id)?.(answer);
  waiting.delete(answer.id);
});

const spanOf = ({ events }: RecordedFacts): AskedSpan => {
  const { incidentId, fromMs, toMs } = asked;
  if (incidentId === undefined) return { fromMs, toMs };
  const span = incidentSpan(events, incidentId);
  if (span === undefined) throw new Impossible(`the log holds no incident ${incidentId}`);
  return span;
};

const rangeWithin = async (recording: Parameters<typeof rangeOf>[0], facts: RecordedFacts) => {
  const range = await rangeOf(recording, facts, spanOf(facts));
  if (range === undefined || range.fromTick > range.toTick)
    throw new Impossible('the log holds no telemetry of that time: what is older than its retention is gone');
  if ((range.toTick - range.fromTick) * TICK_MS > BACKTEST_MS_MAX)
    throw new Impossible('it lasted longer than 6 h: ask for a time within it');
  return range;
};

const backtest = async (): Promise<void> => {
  const recording = { ...recordingOfLog(askedLog(clusterId, ask)), close: async () => undefined };
  const facts = await readFacts(recording);
  const range = await rangeWithin(recording, facts);
  let told = 0;
  const onProgress = (progress: number, outcomes: number): void => {
    if (progress - told < TELL_EVERY) return;
    told = progress;
    tell({ is: 'progress', progress, outcomes });
  };
  const result = await runBacktest({ recording, facts, range, other: ruleSet, onProgress });
  tell({ is: 'done', result });
};

// Of Linux a thread has a priority of its own; elsewhere it would be that of the process, which has to page.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

backtest()
  .catch((error: unknown) => {
    if (!(error instanceof Impossible)) throw error;
    tell({ is: 'impossible', why: error.message });
  })
  .finally(() => parentPort?.close());
