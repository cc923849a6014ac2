import { z } from 'zod';
import { WAVE_STEPS } from './wave-step.js';

/** Names of nodes, PoPs, regions, releases: they become parts of keys, so no separator and no surprise. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ : -');

/** A 64-bit number in decimal. */
export const u64Schema = z.string().regex(/^\d{1,20}$/, 'expected a decimal number of at most 20 digits');

const reported = { nodeId: nameSchema, agentBootId: u64Schema, atUs: z.number().int().nonnegative() };

/** A heartbeat, a crash, or an answer to a command; what `telemetry.nodes` carries, keyed by node. */
export const nodeReportSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('heartbeat'),
    ...reported,
    pop: nameSchema,
    region: nameSchema,
    softwareVersion: nameSchema,
    configRev: nameSchema,
    serverBootId: u64Schema,
    /** Outcomes observed and dropped since the agent's start. */
    observed: z.number().int().nonnegative(),
    dropped: z.number().int().nonnegative(),
    /** Batches waiting in the agent, in memory and in its spool. */
    queued: z.number().int().nonnegative(),
    /** Of those, the ones in the spool on disk. */
    spooled: z.number().int().nonnegative().optional(),
    /** Connections of DNS servers that are sending now; 0 = no server is heard. */
    taps: z.number().int().nonnegative().optional(),
    /** Observed of what there was to observe since the last heartbeat, 0 to 1; absent = unknown. */
    completeness: z.number().min(0).max(1).optional(),
  }),
  z.object({ type: z.literal('crash'), ...reported, serverBootId: u64Schema, detail: z.string().max(500) }),
  z.object({
    type: z.literal('answer'),
    ...reported,
    commandId: z.string().min(1).max(128),
    generation: z.number().int().nonnegative(),
    status: z.enum(['accepted', 'running', 'done', 'failed', 'refused']),
    /** The release that the node really runs after the command, as read back. */
    softwareVersion: nameSchema.optional(),
    configRev: nameSchema.optional(),
    /**
     * The step that the node has come to (R58), where its executor tells: while it is `running` that step is done, with `failed` it is
     * what failed, with `done` it was the last.
     */
    step: z.enum(WAVE_STEPS).optional(),
    /** Of the health check of that step: how many probes were made, and how many passed (R43). */
    probes: z.number().int().nonnegative().max(1_000).optional(),
    passed: z.number().int().nonnegative().max(1_000).optional(),
    detail: z.string().max(4_000),
  }),
]);

/** One report with a tag over its bytes, as HTTP carries it. */
export const REPORT_CONTENT_TYPE = 'application/vnd.tocsin.report+json';

/** What a node says beside its outcomes. */
export type NodeReport = z.infer<typeof nodeReportSchema>;
/** A node's answer to a command. */
export type CommandAnswer = Extract<NodeReport, { type: 'answer' }>;
