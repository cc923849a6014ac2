import type { RecordedEvent } from '#contracts';

/** An event as GraphQL has it. */
export const eventAnswer = ({ position, stream, version, event, metadata, recordedAtMs }: RecordedEvent) => {
  const { actor, cause } = metadata;
  return { position, stream, version, type: event.type, actor, cause, recordedAtMs, data: event.data };
};
