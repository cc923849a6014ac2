import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { streamOf, TELEMETRY_TOPICS, type Topic, TOPICS } from '#contracts';
import type { LogRecord, TopicPartition } from '#event-log';
import type { Recording } from '#replay';
import { UsageError } from './usage-error.js';

const MANIFEST = 'recording.json';
/** Bytes of one exported partition: two hours of a thousand nodes. An export is to be handed to somebody; it is no backup. */
const FILE_BYTES_MAX = 4 * 2 ** 30;
/** Records of one page. */
const PAGE_RECORDS = 500;

const topics = Object.keys(TOPICS) as [Topic, ...Topic[]];
const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  ticks: z.strictObject({ first: z.number().int(), last: z.number().int(), isFirst: z.boolean() }).nullable(),
  partitions: z.array(
    z.strictObject({ topic: z.enum(topics), partition: z.number().int(), low: z.number(), high: z.number() }),
  ),
});
type Manifest = z.infer<typeof manifestSchema>;

/** One line per record; bytes are base64. */
const lineSchema = z.strictObject({
  offset: z.number().int().nonnegative(),
  at: z.number().int(),
  key: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  value: z.base64(),
});

const fileOf = (directory: string, { topic, partition }: TopicPartition): string =>
  join(directory, `${topic}-${partition}.ndjson`);

const readManifest = async (directory: string): Promise<Manifest> => {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')));
  } catch (cause) {
    throw new UsageError(`${directory}: no exported recording (${MANIFEST} cannot be read)`, { cause });
  }
};

const recordOf = (partition: TopicPartition, line: string, number: number): LogRecord => {
  try {
    const { offset, at, key, headers, value } = lineSchema.parse(JSON.parse(line));
    return { ...partition, offset, key, headers, value: Buffer.from(value, 'base64'), appendedAtMs: at };
  } catch (cause) {
    throw new UsageError(`${partition.topic}-${partition.partition}.ndjson:${number}: not a record`, { cause });
  }
};

const pagesOf = async function* (directory: string, partition: TopicPartition, fromMs: number) {
  const stream = createReadStream(fileOf(directory, partition));
  let page: LogRecord[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      number += 1;
      const record = recordOf(partition, line, number);
      if (record.appendedAtMs >= fromMs) page.push(record);
      if (page.length < PAGE_RECORDS) continue;
      yield page;
      page = [];
    }
  } finally {
    stream.destroy();
  }
  if (page.length > 0) yield page;
};

/** Records that `exportRecording` wrote. */
export const openFileRecording = async (directory: string): Promise<Recording> => {
  const { name, ticks, partitions } = await readManifest(directory);
  return {
    name: `${directory}, exported from ${name}`,
    offsets: async (topic) => partitions.filter((each) => each.topic === topic),
    pages: (partition, fromMs) => pagesOf(directory, partition, fromMs),
    record: async (partition, offset) => {
      for await (const page of pagesOf(directory, partition, 0))
        for (const record of page) if (record.offset === offset) return record;
      return undefined;
    },
    toldTicks: async () => ticks ?? undefined,
    close: async () => undefined,
  };
};

/** API keys with the hashes of their secrets, and the keys of nodes: a replay needs none, and an export is handed to somebody. */
const KEY_STREAMS = [streamOf.key(''), streamOf.nodeKeys('')];
const streamSchema = z.object({ stream: z.string() });

/** By the event itself, not by the key of its record: what cannot be read ends the export, as it ends a replay. */
const isOfKeys = ({ topic, value }: LogRecord): boolean => {
  if (topic !== 'events') return false;
  const { stream } = streamSchema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  return KEY_STREAMS.some((prefix) => stream.startsWith(prefix));
};

const writePartition = async (
  recording: Recording,
  directory: string,
  partition: TopicPartition,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<{ readonly low: number; readonly high: number; readonly count: number } | undefined> => {
  let [low, high, count, bytes] = [undefined as number | undefined, 0, 0, 0];
  const lineOf = ({ offset, appendedAtMs: at, key, headers, value }: LogRecord): string => {
    [low, high, count] = [low ?? offset, offset + 1, count + 1];
    return `${JSON.stringify({ offset, at, key, headers, value: Buffer.from(value).toString('base64') })}\n`;
  };
  const texts = async function* () {
    for await (const page of recording.pages(partition, span.fromMs)) {
      const records = page.filter((record) => record.appendedAtMs < span.toMs && !isOfKeys(record));
      const text = Buffer.from(records.map(lineOf).join(''));
      bytes += text.length;
      if (bytes > FILE_BYTES_MAX)
        throw new UsageError(`export: more than ${FILE_BYTES_MAX} bytes of ${partition.topic}`);
      yield text;
    }
  };
  // Here a disk that takes nothing more is an error like others, not the end of the process.
  await pipeline(texts, createWriteStream(fileOf(directory, partition)));
  return low === undefined ? undefined : { low, high, count };
};

/** These are written whole: they say what held before the first record. */
const WHOLE = ['events', 'registry.zones', 'telemetry.dead-letter'] as const satisfies readonly Topic[];

/**
 * Writes what a replay of a span needs into a directory, which must not hold another one; answers how many records that are. Events
 * of keys are left out: positions have gaps there, as they have where deliveries are skipped.
 */
export const exportRecording = async (
  recording: Recording,
  directory: string,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<number> => {
  await mkdir(directory, { recursive: true });
  // Half of another one would be read as this one.
  if ((await readdir(directory)).length > 0) throw new UsageError(`--export ${directory}: is not empty`);
  const partitions: Manifest['partitions'] = [];
  let count = 0;
  for (const topic of [...TELEMETRY_TOPICS, ...WHOLE])
    for (const { partition, low, high } of await recording.offsets(topic)) {
      const isWhole = WHOLE.some((each) => each === topic);
      const whole = { fromMs: 0, toMs: Infinity };
      const held = await writePartition(recording, directory, { topic, partition }, isWhole ? whole : span);
      count += held?.count ?? 0;
      const { low: first, high: end } = held ?? { low: span.fromMs === 0 ? low : high, high };
      partitions.push({ topic, partition, low: first, high: end });
    }
  const ticks = (await recording.toldTicks()) ?? null;
  const manifest = { version: 1, name: recording.name, ticks, partitions } satisfies Manifest;
  await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest)}\n`, { flag: 'wx' });
  return count;
};
