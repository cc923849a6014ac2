import { z } from 'zod';
import { commentSchema, CURSOR_CHARS_MAX, nameSchema } from '#contracts';
import {
  COMMAND_STATUSES,
  DELIVERY_STATUSES,
  FALLBACK_STATUSES,
  OVERRIDE_STATUSES,
  REDIRECT_STATUSES,
  ROLLBACK_STATUSES,
  ROLLOUT_STATUSES,
  STATUS_UPDATE_STATUSES,
} from '#store';

/** Rows of one answer unless more is asked for. */
export const LIST_DEFAULT = 50;
/** Most rows of one answer: what a person reads; machines follow the events. */
export const LIST_MAX = 500;

/** How many rows. */
export const limitQuery = z.coerce.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT);

/** Which part of a list: so many rows, behind the `next` of the page before or from the beginning. */
/** The query of a list that changes each second: the first of it, and no way on. */
export const firstQuery = z.strictObject({ limit: limitQuery });

const pageQuery = { limit: limitQuery, after: z.string().max(CURSOR_CHARS_MAX).optional() };

/** A parameter that may be repeated: `?status=open&status=acknowledged`. */
const repeatable = <T extends string>(values: readonly [T, ...T[]]) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.enum(values)).max(10)).optional();

/** The query of a list that is filtered by status. */
export const statusQuery = <T extends string>(values: readonly [T, ...T[]]) =>
  z.object({ status: repeatable(values), ...pageQuery });

/** The query of alerts. */
export const alertQuery = z.object({
  state: repeatable(['pending', 'firing', 'unknown', 'recovering', 'resolved']),
  ...pageQuery,
});
/** The query of incidents. */
export const incidentQuery = statusQuery(['open', 'acknowledged', 'resolved']);
/** The query of rollouts. */
export const rolloutQuery = statusQuery(ROLLOUT_STATUSES);
/** The query of rollbacks. */
export const rollbackQuery = statusQuery(ROLLBACK_STATUSES).extend({
  incidentId: z.string().min(1).max(128).optional(),
});
/** The query of redirects. */
export const redirectQuery = statusQuery(REDIRECT_STATUSES).extend({
  incidentId: z.string().min(1).max(128).optional(),
});
/** The query of overrides. */
export const overrideQuery = statusQuery(OVERRIDE_STATUSES).extend({
  rollbackId: z.string().min(1).max(128).optional(),
});
/** The query of fallbacks. */
export const fallbackQuery = statusQuery(FALLBACK_STATUSES).extend({
  incidentId: z.string().min(1).max(128).optional(),
});
/** The query of status updates. */
export const statusUpdateQuery = statusQuery(STATUS_UPDATE_STATUSES);
/** The query of commands. */
export const commandQuery = statusQuery(COMMAND_STATUSES);
/** The query of deliveries. */
export const deliveryQuery = statusQuery(DELIVERY_STATUSES).extend({
  dedupKey: z.string().min(1).max(128).optional(),
  channel: nameSchema.optional(),
  incidentId: z.string().min(1).max(128).optional(),
});
/** Rows of the inventory in one answer, unless fewer are asked for: machines read it, most fleets in one piece. */
const INVENTORY_MAX = 1_000;
/** The query of a list of the inventory: nodes and keys. */
export const inventoryQuery = z.object({
  ...pageQuery,
  limit: z.coerce.number().int().min(1).max(INVENTORY_MAX).default(INVENTORY_MAX),
});
/** The query of keys of nodes. */
export const nodeKeyQuery = inventoryQuery.extend({ nodeId: nameSchema.optional() });
/** The query of a list without a filter. */
export const plainListQuery = z.object(pageQuery);

/** What an acknowledgement may say; it may say nothing. */
export const acknowledgement = z.object({ note: z.string().max(1_000).default('') }).default({ note: '' });

/** To whom an incident is given, and what is said with it. */
export const handOver = z.strictObject({ to: nameSchema, note: z.string().max(1_000).default('') });
/** For how long an incident is put off, and why. */
export const snooze = z.strictObject({ durationMs: z.number().int().positive(), comment: commentSchema });
/** What is said about an incident. */
export const incidentNote = z.strictObject({ text: z.string().trim().min(1).max(4_000) });

/** What an act must say: why. */
export const commented = z.strictObject({ comment: commentSchema });
/** What an act may say: why. The body may be absent. */
export const maybeCommented = z.strictObject({ comment: commentSchema.optional() }).default({});
/** The same where there is no body: `DELETE`. */
export const commentQuery = z.object({ comment: commentSchema.optional() });
/** Which stage of a gate; without it the next. */
export const gateQuery = z.object({ stage: nameSchema.optional() });
