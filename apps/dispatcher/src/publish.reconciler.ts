import { commandSchema, type EventData, type FleetCommand, type RecordedEvent } from '#contracts';
import type { EventLog, NewRecord } from '#event-log';
import type { Logger } from '#runtime';
import type { Database, EventStore, PositionRepository } from '#store';
import { PUBLISH_APPENDS_MAX, PUBLISH_BYTES_MAX, PUBLISH_EVENTS_MAX } from './dispatcher.config.js';

/** What publishing needs. */
export interface PublishParts {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly eventLog: EventLog;
  readonly positions: PositionRepository;
  readonly logger: Logger;
  /** Told of what was published: somebody may have something to do. */
  readonly onPublished: (events: readonly RecordedEvent[]) => void;
}

const HEADERS = { 'content-type': 'application/json' };
const TOPIC = 'events';
/** The first position of the event store. */
const START = 1;

const recordOf = (key: string, value: unknown): NewRecord => ({
  key,
  value: Buffer.from(JSON.stringify(value)),
  headers: HEADERS,
});

/** As many events, from the first, as one append may hold; one at least. */
export const fitting = (records: readonly NewRecord[], bytesMax: number): number => {
  let bytes = 0;
  const end = records.findIndex(({ value }, index) => {
    bytes += value.byteLength;
    return index > 0 && bytes > bytesMax;
  });
  return end === -1 ? records.length : end;
};

/** What `fleet.commands` holds of a signed command; undefined when its payload is not a command. */
export const fleetCommandOf = ({ signed }: EventData<'CommandSigned'>): FleetCommand | undefined => {
  try {
    const payload: unknown = JSON.parse(Buffer.from(signed.payload, 'base64').toString('utf8'));
    const { generation, audience, expiresAtMs } = commandSchema.parse(payload);
    return { signed, generation, audience, expiresAtMs };
  } catch {
    return undefined;
  }
};

const commandRecords = (events: readonly RecordedEvent[], logger: Logger): readonly NewRecord[] =>
  events.flatMap(({ position, event }) => {
    if (event.type !== 'CommandSigned') return [];
    const { commandId } = event.data;
    const command = fleetCommandOf(event.data);
    if (command !== undefined) return [recordOf(commandId, command)];
    // It must not stop what comes after it, and no node could act on it.
    logger.error({ commandId, position }, 'a signed command cannot be read; it is not published');
    return [];
  });

/**
 * Publishes the event store to `events`, in the global order, and each signed command to `fleet.commands`. The position is kept in
 * the database and moved by compare-and-swap after the append: what dies between the two is published again, and so is what two
 * dispatchers publish at once. Readers fold repetitions by position, or by command id.
 */
export class PublishReconciler {
  private at: { readonly nextOffset: number; readonly incarnation: number } | undefined;

  constructor(private readonly parts: PublishParts) {}

  /** One run: until nothing is left, or `PUBLISH_APPENDS_MAX` appends. */
  readonly reconcile = async (): Promise<void> => {
    for (let appends = 0; appends < PUBLISH_APPENDS_MAX; appends++) if (!(await this.publishNext())) return;
  };

  private async publishNext(): Promise<boolean> {
    const { eventStore, eventLog, logger, onPublished } = this.parts;
    this.at ??= await this.load();
    const read = await eventStore.readAll(this.at.nextOffset - 1, PUBLISH_EVENTS_MAX);
    const records = read.map((recorded) => recordOf(recorded.stream, recorded));
    const count = fitting(records, PUBLISH_BYTES_MAX);
    const events = read.slice(0, count);
    const last = events.at(-1);
    if (last === undefined) return false;
    await eventLog.append(TOPIC, records.slice(0, count));
    const commands = commandRecords(events, logger);
    if (commands.length > 0) await eventLog.append('fleet.commands', commands);
    await this.advance(this.at, last.position + 1);
    onPublished(events);
    return true;
  }

  private async load() {
    const { positions, eventLog } = this.parts;
    const start = { topic: TOPIC, partition: 0, startOffset: START } as const;
    const [row] = await positions.load(eventLog.clusterId, 'publisher', [start]);
    if (row === undefined) throw new Error(`load the publisher's position: the row is missing`);
    return row;
  }

  private async advance(from: { nextOffset: number; incarnation: number }, next: number): Promise<void> {
    const { positions, database, eventLog } = this.parts;
    const { nextOffset: expected, incarnation } = from;
    // Forgotten until it is known to have moved: after a failure, or when another dispatcher moved it, it is loaded again.
    this.at = undefined;
    const step = { topic: TOPIC, partition: 0, incarnation, expected, next } as const;
    const named = { cluster: eventLog.clusterId, consumer: 'publisher', ...step } as const;
    if (await positions.advance(database, named)) this.at = { nextOffset: next, incarnation };
  }
}
