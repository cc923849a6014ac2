import { commandSchema, type EventData, type FleetCommand, type RecordedEvent } from '#contracts';
import type { EventLog, NewRecord } from '#event-log';
import type { Logger } from '#runtime';
import {
  type CommandRepository,
  createCommandRepository,
  type Database,
  type EventStore,
  type PositionRepository,
  type Queryable,
} from '#store';
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
const PLACE = { topic: 'events', partition: 0 } as const;
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

/** What an event brings to nodes: a command that was signed, or one that is sent again; one that nobody signed yet is not sent at all. */
const signedBy = async (
  { event }: RecordedEvent,
  commands: Pick<CommandRepository, 'find'>,
): Promise<EventData<'CommandSigned'> | undefined> => {
  if (event.type === 'CommandSigned') return event.data;
  if (event.type !== 'WaveRepeated') return undefined;
  const { commandId } = event.data;
  const signed = (await commands.find(commandId))?.signed ?? undefined;
  return signed && { commandId, signed };
};

const commandRecords = async (
  events: readonly RecordedEvent[],
  commands: Pick<CommandRepository, 'find'>,
  logger: Logger,
): Promise<readonly NewRecord[]> => {
  const records: NewRecord[] = [];
  for (const recorded of events) {
    const signed = await signedBy(recorded, commands);
    if (signed === undefined) continue;
    const { commandId } = signed;
    const command = fleetCommandOf(signed);
    if (command === undefined) {
      // It must not stop what comes after it, and no node could act on it.
      logger.error({ commandId, position: recorded.position }, 'a signed command cannot be read; it is not published');
      continue;
    }
    records.push(recordOf(commandId, command));
  }
  return records;
};

/**
 * Publishes the event store to `events`, in the global order, and each signed command to `fleet.commands`, again when it is repeated. The position is a row of
 * the database, held while a run appends and moved with its commit: of several dispatchers one publishes at a time, and one that
 * dies or hangs between append and commit loses the row with its session, so that the next publishes the same again. Readers fold
 * repetitions by position, or by command id.
 */
export class PublishReconciler {
  /** The next event to publish, as far as is known here: another dispatcher may be further. */
  private next: number | undefined;

  constructor(private readonly parts: PublishParts) {}

  /** One run: until nothing is left, or `PUBLISH_APPENDS_MAX` appends. */
  readonly reconcile = async (): Promise<void> => {
    for (let appends = 0; appends < PUBLISH_APPENDS_MAX; appends++) if (!(await this.publishNext())) return;
  };

  private async publishNext(): Promise<boolean> {
    const { database, eventStore, onPublished } = this.parts;
    this.next ??= await this.load();
    if ((await eventStore.head()) < this.next) return false;
    // Forgotten until it is known to have moved: after a failure it is loaded again.
    this.next = undefined;
    const published = await database.transaction((tx) => this.publishIn(tx));
    if (published === undefined) return false;
    this.next = published.next;
    onPublished(published.events);
    return published.events.length > 0;
  }

  /** Appends what comes next; undefined: another dispatcher does so at this moment. */
  private async publishIn(
    tx: Queryable,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly next: number } | undefined> {
    const { eventStore, eventLog, logger, positions } = this.parts;
    const row = await positions.claim(tx, eventLog.clusterId, 'publisher', PLACE);
    if (row === undefined) return undefined;
    const read = await eventStore.readAll(row.nextOffset - 1, PUBLISH_EVENTS_MAX);
    const records = read.map((recorded) => recordOf(recorded.stream, recorded));
    const count = fitting(records, PUBLISH_BYTES_MAX);
    const events = read.slice(0, count);
    const next = (events.at(-1)?.position ?? row.nextOffset - 1) + 1;
    if (events.length === 0) return { events, next };
    await eventLog.append(PLACE.topic, records.slice(0, count));
    const commands = await commandRecords(events, createCommandRepository(tx), logger);
    if (commands.length > 0) await eventLog.append('fleet.commands', commands);
    const { incarnation, nextOffset: expected } = row;
    const step = { cluster: eventLog.clusterId, consumer: 'publisher', ...PLACE, incarnation, expected, next } as const;
    if (!(await positions.advance(tx, step))) throw new Error(`move the publisher's position: it moved under its lock`);
    return { events, next };
  }

  private async load(): Promise<number> {
    const { positions, eventLog } = this.parts;
    const [row] = await positions.load(eventLog.clusterId, 'publisher', [{ ...PLACE, startOffset: START }]);
    if (row === undefined) throw new Error(`load the publisher's position: the row is missing`);
    return row.nextOffset;
  }
}
