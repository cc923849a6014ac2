import { z } from 'zod';
import { auditSchema } from '../audit.js';
import { eventSchemas, type EventType } from '../event.js';
import { count, moment } from './answer.js';

const TYPES = Object.keys(eventSchemas) as [EventType, ...EventType[]];

/** An event as it stands in the log; what `data` holds is said by its type. */
export const recordedEventShape = z
  .object({
    position: z.number().int().positive().describe('Place in the global order: gapless, from 1'),
    stream: z.string(),
    version: z.number().int().positive().describe('Place in its stream, from 1'),
    event: z.object({ type: z.enum(TYPES), data: z.record(z.string(), z.unknown()) }),
    metadata: z.object({ actor: z.string(), cause: z.string(), audit: auditSchema.optional() }),
    recordedAtMs: moment,
    hash: z.string().describe('SHA-256 over the hash before it in the stream and this event'),
  })
  .meta({ id: 'RecordedEvent' });

/** What happened behind a position, and the position to go on from. */
export const eventsAnswer = z.object({ events: z.array(recordedEventShape), position: count });
/** The newest position. */
export const eventHeadAnswer = z.object({ position: count });
