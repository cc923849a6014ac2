import { z } from 'zod';
import { REPLY_ACTIONS } from '../act-link.js';
import { nameSchema } from '../node-report.js';
import { at, by, id } from './event-parts.js';

/** Events of the streams `reply-<replyId>` and `receiver-incident-<receiver>/<id>`. */
export const replyEvents = {
  /** A link, a button or a webhook was used; the second time it comes it is the same, and does nothing. */
  ReplyTaken: z.object({
    replyId: id,
    incidentId: id,
    action: z.enum([...REPLY_ACTIONS, 'note']),
    by,
    via: nameSchema,
    at,
  }),
  /** What the receiver of a page calls the incident: what it tells later may name it by that alone. */
  ReceiverIncidentNamed: z.object({ receiver: nameSchema, receiverIncidentId: id, incidentId: id, at }),
} as const;
