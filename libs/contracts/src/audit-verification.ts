import { z } from 'zod';
import { keptHeadSchema } from './kept-head.js';

/**
 * What does not fit of the events.
 * - `changed`: the row is not what was appended.
 * - `missing`: a row was taken away.
 * - `stream_head`: what is kept of the end of a stream is another end.
 * - `head`: what is kept of the end of all events is another end.
 * - `kept_head`: the events are not those that a head kept elsewhere was of.
 */
export const CHAIN_FAULTS = ['changed', 'missing', 'stream_head', 'head', 'kept_head'] as const;

/** Where the events are not what was appended. */
export const brokenLinkSchema = z.object({
  fault: z.enum(CHAIN_FAULTS),
  /** The first position that does not fit; null where only the stream tells. */
  position: z.number().nullable(),
  /** The last one of the same fault: rows that are missing in a row, or up to the head that was kept. */
  until: z.number().nullable(),
  /** null where nothing is left that tells it. */
  stream: z.string().nullable(),
  /** The first version of the stream that does not fit. */
  version: z.number().nullable(),
});

/** Where the events are not what was appended. */
export type BrokenLink = Readonly<z.infer<typeof brokenLinkSchema>>;

const FAULT_WORDS: Record<BrokenLink['fault'], string> = {
  changed: 'is not what was appended',
  missing: 'is missing',
  stream_head: 'is not the end that is kept of its stream',
  head: 'is not where the events are said to end',
  kept_head: 'does not give the head that was kept elsewhere',
};

const placeOf = ({ position, until }: BrokenLink): readonly string[] => {
  if (position === null) return [];
  return [until === null || until === position ? `position ${position}` : `positions ${position} to ${until}`];
};

/** A fault for people: `incident-in1@3, position 17: is not what was appended`. */
export const brokenLinkText = (link: BrokenLink): string => {
  const { stream, version, fault } = link;
  const named = stream === null ? [] : [`${stream}@${version ?? '?'}`];
  return `${[...named, ...placeOf(link)].join(', ')}: ${FAULT_WORDS[fault]}`;
};

/** Heads that one verification compares with: those of a month, each minute, of three processes. */
export const KEPT_HEADS_MAX = 150_000;
/** Heads that one request may bring: those that a person kept. */
export const KEPT_HEADS_SENT_MAX = 100;

/** What a verification is asked for with: heads that were kept where Tocsin itself cannot look. */
export const newVerificationSchema = z
  .strictObject({ keptHeads: z.array(keptHeadSchema).max(KEPT_HEADS_SENT_MAX).default([]) })
  .default({ keptHeads: [] });

/** A verification: how far it is, and what it found. */
export const verificationSchema = z.object({
  verificationId: z.string(),
  status: z.enum(['running', 'whole', 'broken', 'failed']),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  events: z.number(),
  /** As many events as there were when it began. */
  of: z.number(),
  streams: z.number().nullable(),
  /** How far the events go, and the digest over them: what may be kept elsewhere. */
  head: keptHeadSchema.nullable(),
  /** Heads kept elsewhere that the events were compared with. */
  keptHeads: z.number(),
  /** Beside which events were found, at most 1,000, by position. */
  broken: z.array(brokenLinkSchema),
  /** More is broken than is told. */
  isCut: z.boolean(),
  /** Why it could not be done. */
  failure: z.string().nullable(),
});

/** A verification. */
export type Verification = Readonly<z.infer<typeof verificationSchema>>;
