import { z } from 'zod';
import { nameSchema } from './node-report.js';

/** A release as it is named in signals and events. */
export const releaseSchema = z.object({ softwareVersion: nameSchema, configRev: nameSchema });

/** Most nodes one deploy signal may name. */
export const DEPLOY_NODES_MAX = 10_000;

/** What the world around the fleet tells us; `telemetry.signals` carries it. */
export const signalSchema = z.discriminatedUnion('type', [
  z.object({
    /** A release reaches nodes: the start of a rollout, or its next stage (same rolloutId). */
    type: z.literal('deploy'),
    rolloutId: nameSchema,
    service: nameSchema,
    release: releaseSchema,
    /** What these nodes ran before, and what a rollback returns to. */
    previous: releaseSchema,
    stage: nameSchema,
    nodes: z.array(nameSchema).min(1).max(DEPLOY_NODES_MAX),
    atUs: z.number().int().nonnegative(),
  }),
  z.object({
    /** What another provider sees of our trouble: its queries rise as customers leave, and fall as they come back. Never a cause. */
    type: z.literal('spillover'),
    /** `route53`, `cloudflare`, `google` … */
    provider: nameSchema,
    /** Queries a second now, and what is usual at this hour. */
    queriesPerSecond: z.number().nonnegative(),
    usualPerSecond: z.number().positive(),
    /** Answers from a cache past its time, a second. */
    stalePerSecond: z.number().nonnegative().optional(),
    atUs: z.number().int().nonnegative(),
  }),
  z.object({ type: z.literal('tickets'), count: z.number().int().nonnegative(), atUs: z.number().int().nonnegative() }),
]);

/** A signal from outside. */
export type Signal = z.infer<typeof signalSchema>;
/** A release reaching nodes. */
export type DeploySignal = Extract<Signal, { type: 'deploy' }>;
/** What another provider sees of our trouble. */
export type SpilloverSignal = Extract<Signal, { type: 'spillover' }>;
