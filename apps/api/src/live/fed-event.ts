import type { RecordedEvent } from '#contracts';

/** An event as it is handed to everybody who follows: read once, serialised once. */
export interface FedEvent {
  readonly position: number;
  readonly recorded: RecordedEvent;
  /** As a server-sent event, with its position as the id: one buffer, which a thousand sockets share. */
  readonly frame: Buffer;
}

/** Makes an event ready to be followed. JSON has no line break outside its strings, and escapes those within: one `data` line holds it. */
export const fedEvent = (recorded: RecordedEvent): FedEvent => ({
  position: recorded.position,
  recorded,
  frame: Buffer.from(`id: ${recorded.position}\ndata: ${JSON.stringify(recorded)}\n\n`),
});
