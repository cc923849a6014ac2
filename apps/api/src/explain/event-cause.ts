import { type RecordedEvent, streamOf } from '#contracts';
import { eventIdOf } from './explanation.js';

const EVENT_ID = /^.+@\d+$/;

/** The last event of a stream before a position, of those that are at hand. */
const lastBefore = (stream: string, position: number, known: readonly RecordedEvent[]): readonly string[] => {
  const last = known.filter((each) => each.stream === stream && each.position < position).at(-1);
  return last === undefined ? [] : [eventIdOf(last)];
};

const before = ({ stream, version }: RecordedEvent): readonly string[] =>
  version > 1 ? [eventIdOf({ stream, version: version - 1 })] : [];

/** What an event follows from: what it names, else the event before it in its stream. */
export const causesOf = (recorded: RecordedEvent, known: readonly RecordedEvent[]): readonly string[] => {
  const { event, metadata, position } = recorded;
  switch (event.type) {
    case 'AlertFired':
    case 'AlertResumed':
    case 'AlertResolved':
      return [...before(recorded), `tick-${event.data.reason.tick}`];
    case 'IncidentOpened':
    case 'AlertJoinedIncident':
    case 'IncidentEscalated':
    case 'StatusUpdateRequested':
    case 'FallBackRequested':
      return [eventIdOf({ stream: streamOf.alert(event.data.alertId), version: 1 }), ...before(recorded)];
    case 'RedirectDecided':
    case 'RedirectRefused':
      return [eventIdOf({ stream: streamOf.alert(event.data.alertId), version: 1 })];
    case 'RollbackDecided':
    case 'RollbackRefused':
      return [eventIdOf({ stream: streamOf.incident(event.data.incidentId), version: 1 })];
    case 'CommandIssued': {
      const { rollbackId, redirectId } = event.data.command;
      const stream = rollbackId === undefined ? streamOf.redirect(redirectId ?? '') : streamOf.rollback(rollbackId);
      return lastBefore(stream, position, known);
    }
    default:
      return EVENT_ID.test(metadata.cause) ? [metadata.cause] : before(recorded);
  }
};
