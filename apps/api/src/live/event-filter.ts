import { z } from 'zod';
import { eventSchemas, type RecordedEvent } from '#contracts';

/** Most types that one follower names; the catalogue has some 150. */
const TYPES_MAX = 200;
const name = z.string().min(1).max(256);
const eventType = z.string().refine((type) => Object.hasOwn(eventSchemas, type), 'there is no such type of event');

/** Which events somebody follows; what is not said chooses everything, and what is said must all hold. */
export const eventFilter = z.object({
  /** Names of types. */
  types: z.array(eventType).min(1).max(TYPES_MAX).optional(),
  /** The name of one stream, or the beginning of many where it ends in `-`: `incident-`. */
  stream: name.optional(),
  incident: name.optional(),
  rule: name.optional(),
  region: name.optional(),
});

/** Which events somebody follows. */
export type EventFilter = z.output<typeof eventFilter>;

type Told = Readonly<Record<string, unknown>>;

const told = (value: unknown): Told | undefined =>
  typeof value === 'object' && value !== null ? (value as Told) : undefined;

// Streams of an incident that are not named `incident-<id>`, and what their names begin with.
const INCIDENT_STREAMS = ['incident-', 'incident-escalation-', 'status-', 'post-mortem-'];

/** What an event says, and what a page says that it asks to be sent. */
const toldBy = ({ event }: RecordedEvent): readonly Told[] =>
  [told(event.data), told(told(event.data)?.['body'])].filter((each) => each !== undefined);

const isOfIncident = (recorded: RecordedEvent, incident: string): boolean =>
  toldBy(recorded).some(({ incidentId }) => incidentId === incident) ||
  INCIDENT_STREAMS.some((prefix) => recorded.stream === `${prefix}${incident}`);

const isOfRule = (recorded: RecordedEvent, wanted: string): boolean =>
  toldBy(recorded).some(({ rule, reason, trigger }) =>
    [rule, told(reason)?.['rule'], told(trigger)?.['rule']].includes(wanted),
  );

const isOfRegion = (recorded: RecordedEvent, wanted: string): boolean =>
  toldBy(recorded).some(({ region, regions, nodes, scope, key }) => {
    if (region === wanted || (scope === 'region' && key === wanted)) return true;
    if (scope === 'release_region' && typeof key === 'string' && key.endsWith(`|${wanted}`)) return true;
    if (Array.isArray(regions) && regions.includes(wanted)) return true;
    return Array.isArray(nodes) && nodes.some((node) => told(node)?.['region'] === wanted);
  });

const isOfStream = ({ stream }: RecordedEvent, wanted: string): boolean =>
  wanted.endsWith('-') ? stream.startsWith(wanted) : stream === wanted;

/**
 * Whether an event is chosen, by what it says itself: the same event is chosen today and after a restart, so that a follower who comes
 * again with a position misses nothing. An event that names no rule (or region) is not of it.
 */
export const chosenBy = ({ types, stream, incident, rule, region }: EventFilter) => {
  const wanted = types === undefined ? undefined : new Set<string>(types);
  return (recorded: RecordedEvent): boolean =>
    (wanted === undefined || wanted.has(recorded.event.type)) &&
    (stream === undefined || isOfStream(recorded, stream)) &&
    (incident === undefined || isOfIncident(recorded, incident)) &&
    (rule === undefined || isOfRule(recorded, rule)) &&
    (region === undefined || isOfRegion(recorded, region));
};
