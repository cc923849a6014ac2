import { z } from 'zod';
import { releaseShape } from './answer.js';
import { rolloutShape } from './rollout.js';

const state = rolloutShape.shape.status;
const isNew = z.boolean().describe('whether it would change anything: false where it was asked for already');
const effect = z.string().describe('what it would do, in a sentence');
const nodes = z.array(z.string());

/** What the start of a rollout would do: nothing of it is recorded. */
export const startPreviewShape = z
  .object({
    rolloutId: z.string(),
    state,
    isNew,
    stage: z.string(),
    sharePercent: z.number(),
    missing: z
      .array(z.object({ item: z.string(), detail: z.string() }))
      .describe('what its pre-flight lacks: the start stands until that is there'),
    nodes: nodes.describe('nodes that Tocsin would tell to take the release first; none where a deploy tool brings it'),
    effect,
  })
  .meta({ id: 'StartPreview' });

/** What a halt would do: nothing of it is recorded. */
export const haltPreviewShape = z
  .object({
    rolloutId: z.string(),
    state,
    isNew,
    keeps: nodes.describe('nodes that have the release, or were told to take it, and keep it'),
    stops: nodes.describe('of those the ones that a command would tell to stop'),
    effect,
  })
  .meta({ id: 'HaltPreview' });

/** What the end of a redirect by a person would do: nothing of it is recorded. */
export const redirectEndPreviewShape = z
  .object({
    redirectId: z.string(),
    incidentId: z.string(),
    state: z.enum(['refused', 'decided', 'draining', 'drained', 'verified', 'resuming', 'stopped', 'ended']),
    isNew,
    away: nodes.describe('nodes that never said that they came back, and stay as they are'),
    effect,
  })
  .meta({ id: 'RedirectEndPreview' });

/** What lifting a quarantine would do: nothing of it is recorded. */
export const liftingPreviewShape = z
  .object({
    service: z.string(),
    release: releaseShape,
    quarantine: z.object({ rollbackId: z.string(), because: z.string() }),
    attested: z.object({ goodSinceMs: z.number(), nodes: z.number(), isRollbackSafe: z.boolean() }).nullable(),
    isRehearsed: z.boolean().nullable(),
    effect,
  })
  .meta({ id: 'LiftingPreview' });
