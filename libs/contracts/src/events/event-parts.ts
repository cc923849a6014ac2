import { z } from 'zod';
import { releaseSchema } from '../signal.js';

export { SEVERITIES } from '../severity.js';

/** The id of a thing, within its kind. */
export const id = z.string().min(1).max(128);
/** Ms since the epoch, of log time: the tick that decided, never the wall clock of a process. */
export const at = z.number().int().nonnegative();
/** Who acted: `user:alice`, `deploy:ci`, `rules`. */
export const by = z.string().min(1).max(200);
/** What a person gives as the reason of an action. */
export const comment = z.string().min(1).max(500);
/** Why something was decided, in words with units. */
export const why = z.string().max(500);

/**
 * What an alert is about: the whole fleet, or one release in one region; for lost telemetry the partition or the node it is lost of;
 * for presence a node, or what it belongs to; a customer; what another system says of a thing of its own.
 */
export const SCOPES = [
  'fleet',
  'release_region',
  'partition',
  'node',
  'release',
  'region',
  'pop',
  'customer',
  'external',
] as const;
/** What an alert is about. */
export type Scope = (typeof SCOPES)[number];

/** How urgent an incident is: P0 is everybody's, now. */
export const PRIORITIES = ['P0'] as const;
/** How urgent an incident is. */
export type Priority = (typeof PRIORITIES)[number];

/** Whom a rule may call beside those whom a page calls. */
export const ESCALATION_TARGETS = ['vp'] as const;
/** Who may be called beside a page: whom a rule names, and who is on call, by a redirect that needs a person. */
export const CALLED = [...ESCALATION_TARGETS, 'on_call'] as const;
/** What of a redirect needs a person: it was given back, nobody shows that its place is well, or it did not come back. */
export const REDIRECT_TROUBLES = ['drain', 'wait', 'resume'] as const;

/**
 * What of a rollback needs a person: a wave is not confirmed, does not help, failed, or waits for the kill switch; a rail refuses what a
 * trigger asks for; an override waits for votes, or did in vain.
 */
export const ROLLBACK_TROUBLES = [
  'unconfirmed',
  'ineffective',
  'failed',
  'wait',
  'refused',
  'vote',
  'expired',
] as const;

/** What of fallbacks needs a person: no provider takes a customer, more are hurt than are moved, or one is not given back. */
export const FALLBACK_TROUBLES = ['no_provider', 'too_many', 'restore'] as const;

/** What tells the calls of an incident apart. */
export interface Call {
  readonly incidentId: string;
  readonly to: (typeof CALLED)[number];
  readonly redirect?: { readonly redirectId: string; readonly step: (typeof REDIRECT_TROUBLES)[number] } | undefined;
  readonly rollback?: { readonly rollbackId: string; readonly step: (typeof ROLLBACK_TROUBLES)[number] } | undefined;
  /** Hundreds of customers may have the same trouble: it is called for once. */
  readonly fallback?: { readonly step: (typeof FALLBACK_TROUBLES)[number] } | undefined;
  /** How many critical alerts of another system it had then: each time that more joined is a call of its own. */
  readonly joined?: { readonly count: number } | undefined;
}

/**
 * The key under which a receiver folds a call, and by which it is made once. Each trouble of a redirect or a rollback has its own: folded
 * into a call that is open already, it would wake nobody.
 */
export const callKeyOf = ({ incidentId, to, redirect, rollback, fallback, joined }: Call): string => {
  if (redirect !== undefined) return `${incidentId}:${to}:${redirect.redirectId}:${redirect.step}`;
  if (rollback !== undefined) return `${incidentId}:${to}:${rollback.rollbackId}:${rollback.step}`;
  if (fallback !== undefined) return `${incidentId}:${to}:fallback:${fallback.step}`;
  if (joined !== undefined) return `${incidentId}:${to}:joined:${joined.count}`;
  return `${incidentId}:${to}`;
};

/** How the queries of another provider move against what is usual. */
export const SPILLOVER_LEVELS = ['rising', 'receding'] as const;
/** How the queries of another provider move against what is usual. */
export type SpilloverLevel = (typeof SPILLOVER_LEVELS)[number];

/** The numbers a decision rests on; stored with it, printed by `why`. */
export const reasonSchema = z.object({
  rule: id,
  signal: id,
  /** What was compared, in words with units: `success 80.71 % < 99 % over 1m`. */
  text: z.string().max(500),
  /** Who or what makes the value, in words: `2 customers: Acme 9980 %, Blog 400 %`. */
  detail: z.string().max(1_000).optional(),
  /** null = no number (a percentile that is a timeout, a window without data). */
  value: z.number().nullable(),
  threshold: z.number(),
  windowMs: z.number().int(),
  good: z.number(),
  bad: z.number(),
  /** The tick, and for how many of the live nodes the window was complete. */
  tick: z.number().int(),
  coverage: z.number().min(0).max(1),
  /** Last slot of the window, seconds of event time. */
  slot: z.number().int().optional(),
});
/** The numbers a decision rests on. */
export type Reason = z.infer<typeof reasonSchema>;

/** What every event that begins an alert names. */
export const alertKey = { alertId: id, rule: id, scope: z.enum(SCOPES), key: z.string().max(256) };
/** A release and the one before it. */
export const release = { release: releaseSchema, previous: releaseSchema };
