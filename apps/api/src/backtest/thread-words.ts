import type { BacktestResult, NewBacktest, RuleSet, Topic } from '#contracts';
import type { EventLog, LogRecord, PartitionOffsets, TopicPartition } from '#event-log';
import type { ReadLog } from '#replay';

/** What the thread is begun with. */
export interface BacktestWork {
  readonly clusterId: string;
  readonly asked: Pick<NewBacktest, 'incidentId' | 'fromMs' | 'toMs'>;
  readonly ruleSet: RuleSet;
}

/** What the thread asks of the log. */
export type LogQuestion =
  | { readonly what: 'offsets'; readonly topic: Topic }
  | { readonly what: 'offsetAt'; readonly partition: TopicPartition; readonly atMs: number }
  | { readonly what: 'read'; readonly from: TopicPartition & { readonly offset: number }; readonly recordsMax: number };

/** Records with the bytes of all of them in one piece, which changes hands and is not copied again. */
interface PackedRecords {
  readonly records: readonly (Omit<LogRecord, 'value'> & { readonly bytes: number })[];
  readonly values: Uint8Array<ArrayBuffer>;
}

/** An answer of the log; `error`: it could not. */
export type LogAnswer =
  | { readonly id: number; readonly offsets: readonly PartitionOffsets[] }
  | { readonly id: number; readonly offset: number }
  | ({ readonly id: number } & PackedRecords)
  | { readonly id: number; readonly error: string };

/** What the thread says. */
export type ThreadWord =
  | { readonly is: 'question'; readonly id: number; readonly question: LogQuestion }
  | { readonly is: 'progress'; readonly progress: number; readonly outcomes: number }
  | { readonly is: 'done'; readonly result: BacktestResult }
  | { readonly is: 'impossible'; readonly why: string };

const packed = (records: readonly LogRecord[]): PackedRecords => {
  const values = new Uint8Array(records.reduce((sum, { value }) => sum + value.length, 0));
  let at = 0;
  const heads = records.map(({ value, ...head }) => {
    values.set(value, at);
    at += value.length;
    return { ...head, bytes: value.length };
  });
  return { records: heads, values };
};

const unpacked = ({ records, values }: PackedRecords): readonly LogRecord[] => {
  let at = 0;
  return records.map(({ bytes, ...head }) => ({ ...head, value: values.subarray(at, (at += bytes)) }));
};

/** Answers a question of the thread from the log; it can ask nothing that writes. */
export const answerFrom = async (
  log: Pick<EventLog, 'offsets' | 'offsetAt' | 'read'>,
  id: number,
  question: LogQuestion,
): Promise<LogAnswer> => {
  try {
    if (question.what === 'offsets') return { id, offsets: await log.offsets(question.topic) };
    if (question.what === 'offsetAt') return { id, offset: await log.offsetAt(question.partition, question.atMs) };
    return { id, ...packed(await log.read(question.from, question.recordsMax)) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
};

/** The log as the thread has it: each question is a word to the process, and waits for its answer. */
export const askedLog = (clusterId: string, ask: (question: LogQuestion) => Promise<LogAnswer>): ReadLog => ({
  clusterId,
  offsets: async (topic) => {
    const answer = await ask({ what: 'offsets', topic });
    return 'offsets' in answer ? answer.offsets : failed(answer);
  },
  offsetAt: async (partition, atMs) => {
    const answer = await ask({ what: 'offsetAt', partition, atMs });
    return 'offset' in answer ? answer.offset : failed(answer);
  },
  read: async (from, recordsMax) => {
    const answer = await ask({ what: 'read', from, recordsMax });
    return 'records' in answer ? unpacked(answer) : failed(answer);
  },
});

const failed = (answer: LogAnswer): never => {
  throw new Error(`read the log: ${'error' in answer ? answer.error : 'it answered something else'}`);
};
