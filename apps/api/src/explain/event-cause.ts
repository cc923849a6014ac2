import { type EventType, planStreamOf, type RecordedEvent, streamOf } from '#contracts';
import { eventIdOf } from './explanation.js';

const EVENT_ID = /^.+@\d+$/;

/** The last event of a stream before a position; none, where those between were not read. */
const lastBefore = (stream: string, position: number, known: readonly RecordedEvent[]): readonly string[] => {
  const told = known.filter((each) => each.stream === stream);
  const last = told.findLast((each) => each.position < position);
  const next = told.find((each) => each.position >= position);
  const isWhole = last !== undefined && (next === undefined || next.version === last.version + 1);
  return isWhole ? [eventIdOf(last)] : [];
};

const before = ({ stream, version }: RecordedEvent): readonly string[] =>
  version > 1 ? [eventIdOf({ stream, version: version - 1 })] : [];

const OF_TELEMETRY: ReadonlySet<EventType> = new Set(['AlertFired', 'AlertResumed', 'AlertResolved']);

/** The firing of an alert; its first event, where the firing is not at hand. */
const firingOf = (alertId: string, known: readonly RecordedEvent[]): string => {
  const stream = streamOf.alert(alertId);
  const fired = known.find((each) => each.stream === stream && each.event.type === 'AlertFired');
  return eventIdOf(fired ?? { stream, version: 1 });
};

/** What an event names as its reason; undefined where it names nothing. */
const namedBy = (
  { event, position }: RecordedEvent,
  known: readonly RecordedEvent[],
): readonly string[] | undefined => {
  const { type, data } = event;
  if (OF_TELEMETRY.has(type) && 'reason' in data) return [`tick-${data.reason.tick}`];
  if (type === 'CommandIssued') {
    return lastBefore(planStreamOf(data.command), position, known);
  }
  if (type === 'RollbackDecided' || type === 'RollbackRefused')
    return [eventIdOf({ stream: streamOf.incident(data.incidentId), version: 1 })];
  const isOfItself = type.startsWith('Alert') && !('incidentId' in data);
  if ('alertId' in data && !isOfItself) return [firingOf(data.alertId, known)];
  return undefined;
};

/** What an event follows from: what it names and the event before it in its stream, or what its record says caused it. */
export const causesOf = (recorded: RecordedEvent, known: readonly RecordedEvent[]): readonly string[] => {
  const named = namedBy(recorded, known);
  if (named !== undefined) return [...named, ...before(recorded)];
  const { cause } = recorded.metadata;
  return EVENT_ID.test(cause) ? [cause] : before(recorded);
};
