import { z } from 'zod';
import { RULE_SCOPES } from '../rule.js';
import { reasonSchema } from '../events/event-parts.js';
import { count, moment } from './answer.js';

/** Why a rule paged or acted for nobody at a moment. */
export const WHY_NOT_VERDICTS = [
  'not_loaded',
  'fired',
  'muted',
  'inhibited',
  'unknown',
  'minimum',
  'within_threshold',
  'pending',
  'not_sure',
  'unreadable',
] as const;
/** Why a rule paged or acted for nobody at a moment. */
export type WhyNotVerdict = (typeof WHY_NOT_VERDICTS)[number];

/** Why something was decided: the events that led to it, each with those that it follows from. */
export const explanationAnswer = z
  .object({
    kind: z.string(),
    id: z.string(),
    steps: z.array(
      z.object({
        id: z.string(),
        from: z.array(z.string()),
        position: count,
        at: moment,
        type: z.string(),
        actor: z.string(),
        text: z.string(),
        evidence: z.array(reasonSchema),
        data: z.unknown(),
      }),
    ),
    leftOut: count,
    lines: z.array(z.string()),
  })
  .meta({ id: 'Explanation' });

/** Why a rule did not fire for a subject at a moment, or that it did. */
export const whyNotAnswer = z
  .object({
    rule: z.string(),
    subject: z.object({ scope: z.enum(RULE_SCOPES), key: z.string() }),
    at: moment,
    verdict: z.enum(WHY_NOT_VERDICTS),
    because: z.string(),
    value: z.union([z.number(), z.literal('timeout')]).nullable(),
    threshold: z.number().nullable(),
    margin: z.number().nullable(),
    events: z.array(z.object({ id: z.string(), text: z.string() })),
    lines: z.array(z.string()),
  })
  .meta({ id: 'WhyNot' });
