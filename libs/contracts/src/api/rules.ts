import { z } from 'zod';
import { maintenanceWindowSchema } from '../maintenance.js';
import { ruleSetSchema } from '../rule.js';
import { selectorSchema } from '../selector.js';
import { count, moment } from './answer.js';

const version = {
  version: z.number().int().positive(),
  sha256: z.string(),
  source: z.string(),
  fromTick: count,
  loadedAt: moment,
  loadedBy: z.string(),
  ruleCount: count,
};

/** A set of rules that was in force. */
export const ruleSetVersionShape = z.object(version).meta({ id: 'RuleSetVersion' });

/** The rules in force, what they name that nothing has, and what became of the last reload. */
export const rulesAnswer = z.object({
  ...version,
  ...ruleSetSchema.shape,
  warnings: z.array(z.string()),
  lastReload: z.object({
    askedAt: moment.nullable(),
    askedBy: z.string().nullable(),
    refused: z.object({ at: moment, source: z.string(), problems: z.array(z.string()) }).nullable(),
  }),
});

/** It was asked for; the outcome is where `Location` says. */
export const askedAnswer = z.object({ asked: z.literal(true) });

/** A silence: alerts that page nobody for a while. */
export const silenceShape = z
  .object({
    silenceId: z.string(),
    where: selectorSchema,
    startsAt: moment,
    endsAt: moment,
    createdAt: moment,
    createdBy: z.string(),
    comment: z.string(),
    expiredBy: z.string().nullable(),
    endsSoon: z.boolean(),
    hasMatched: z.boolean().nullable(),
    alertsMuted: count,
    status: z.enum(['pending', 'active', 'ended']),
  })
  .meta({ id: 'Silence' });

const occurrence = z.object({
  maintenanceId: z.string(),
  window: z.string(),
  startsAt: moment,
  endsAt: moment,
  endsSoon: z.boolean(),
  brokenAt: moment.nullable(),
  brokenBecause: z.string().nullable(),
  endedAt: moment.nullable(),
  endedBecause: z.string().nullable(),
  hasMatched: z.boolean().nullable(),
  alertsMuted: count,
});

/** The maintenance windows of the rules with their next occurrences, and the occurrences that were, newest first. */
export const maintenanceAnswer = z.object({
  windows: z.array(
    z.object({
      ...maintenanceWindowSchema.shape,
      next: z.array(z.object({ startsAt: moment, endsAt: moment, isOpen: z.boolean() })),
    }),
  ),
  occurrences: z.array(occurrence),
  next: z.string().nullable().optional(),
});
