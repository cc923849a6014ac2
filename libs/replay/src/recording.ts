import { z } from 'zod';
import {
  eventSchemas,
  type EventType,
  HEADER,
  isRefusal,
  readZoneEntry,
  type RecordedEvent,
  TELEMETRY_TOPICS,
  type Topic,
} from '#contracts';
import { decodeTick, type TelemetryTopic } from '#domain';
import type { LogRecord, PartitionOffsets, TopicPartition } from '#event-log';

/** A log as it is replayed: read, never written. A running log is one, and so is a directory of exported records. */
export interface Recording {
  /** What it is, for people. */
  readonly name: string;
  readonly offsets: (topic: Topic) => Promise<readonly PartitionOffsets[]>;
  /** The records from a moment on, page by page. */
  readonly pages: (partition: TopicPartition, fromMs: number) => AsyncIterable<readonly LogRecord[]>;
  /** One record; undefined when it is not there. */
  readonly record: (partition: TopicPartition, offset: number) => Promise<LogRecord | undefined>;
  /** The first and the last tick that the rules were told; undefined when none is kept. */
  readonly toldTicks: () => Promise<
    { readonly first: number; readonly last: number; readonly isFirst: boolean } | undefined
  >;
  readonly close: () => Promise<void>;
}

/** What is read of the log beside its telemetry. */
export interface RecordedFacts {
  readonly events: readonly RecordedEvent[];
  readonly zones: ReadonlyMap<number, string>;
  /** `topic/partition` → offsets of records that did not count. */
  readonly refused: ReadonlyMap<string, ReadonlySet<number>>;
  readonly partitions: readonly (PartitionOffsets & { readonly topic: TelemetryTopic })[];
}

/** Events that one replay holds in memory: 30 days of a busy fleet. A longer log is replayed in parts. */
const EVENTS_MAX = 1_000_000;

const recordedSchema = z.object({
  position: z.number().int().positive(),
  stream: z.string(),
  version: z.number().int().positive(),
  event: z.object({ type: z.string(), data: z.unknown() }),
  metadata: z.object({ actor: z.string(), cause: z.string() }),
  recordedAtMs: z.number(),
  hash: z.string(),
});

const isEventType = (type: string): type is EventType => Object.hasOwn(eventSchemas, type);

/** A record of `events`; undefined when it is of a type that a later version has. */
const eventOf = ({ value, offset }: LogRecord): RecordedEvent | undefined => {
  const recorded = recordedSchema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  const { type, data } = recorded.event;
  if (!isEventType(type)) return undefined;
  const parsed = eventSchemas[type].safeParse(data);
  if (!parsed.success)
    throw new Error(`read events/0: offset ${offset} is not a valid ${type}`, { cause: parsed.error });
  return { ...recorded, event: { type, data: parsed.data } } as RecordedEvent;
};

/** Deliveries are how things are told, not what was decided: they are most of the events, and nothing of them is needed. */
const isOfDeliveries = ({ stream }: RecordedEvent): boolean => stream.startsWith('delivery-');

/** In the global order, each once: publishing may repeat. */
const readEvents = async (recording: Recording): Promise<readonly RecordedEvent[]> => {
  const events = new Map<number, RecordedEvent>();
  for await (const page of recording.pages({ topic: 'events', partition: 0 }, 0))
    for (const record of page) {
      const recorded = eventOf(record);
      if (recorded === undefined || isOfDeliveries(recorded)) continue;
      events.set(recorded.position, recorded);
      if (events.size > EVENTS_MAX) throw new Error(`read events: more than ${EVENTS_MAX}`);
    }
  return [...events.values()].toSorted((a, b) => a.position - b.position);
};

const readZones = async (recording: Recording): Promise<ReadonlyMap<number, string>> => {
  const zones = new Map<number, string>();
  for await (const page of recording.pages({ topic: 'registry.zones', partition: 0 }, 0))
    for (const { value } of page) {
      const entry = readZoneEntry(value);
      if (entry !== undefined) zones.set(entry.id, entry.zone);
    }
  return zones;
};

const ORIGIN = /^(telemetry\.[a-z]+\/\d{1,9})\/(\d{1,15})$/;

/** A dead letter names the record that it stands for, whatever was wrong with it. */
const readRefused = async (recording: Recording): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
  const refused = new Map<string, Set<number>>();
  for await (const page of recording.pages({ topic: 'telemetry.dead-letter', partition: 0 }, 0))
    for (const { headers } of page) {
      const [, place, offset] = ORIGIN.exec(headers[HEADER.origin] ?? '') ?? [];
      if (place === undefined) continue;
      refused.set(place, (refused.get(place) ?? new Set()).add(Number(offset)));
    }
  return refused;
};

/** Everything but the telemetry itself, which is too much to hold. */
export const readFacts = async (recording: Recording): Promise<RecordedFacts> => {
  const partitions = await Promise.all(
    TELEMETRY_TOPICS.map(async (topic) => (await recording.offsets(topic)).map((each) => ({ ...each, topic }))),
  );
  return {
    partitions: partitions.flat(),
    events: await readEvents(recording),
    zones: await readZones(recording),
    refused: await readRefused(recording),
  };
};

/** The tick of a record of `slots`. */
export const toldTickOf = (record: LogRecord | undefined): number | undefined => {
  const part = record === undefined ? undefined : decodeTick(record.value);
  return part === undefined || isRefusal(part) ? undefined : part.tick;
};
