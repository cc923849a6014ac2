import { z } from 'zod';
import { releaseSchema } from '../signal.js';

/** A moment: ms since 1970, UTC. */
export const moment = z.number().int();
/** How many of something. */
export const count = z.number().int().nonnegative();
/** A release as it runs: software and configuration. */
export const releaseShape = releaseSchema;

/** One thing under its own name: `{ incident: … }`. */
export const answerOf = <K extends string, S extends z.ZodType>(name: K, shape: S): z.ZodObject<Record<K, S>> =>
  z.object({ [name]: shape } as Record<K, S>);

/** Things under their own name; `next` is the cursor of the next page, null on the last, absent where the list is never longer than a page. */
export const listOf = <K extends string, S extends z.ZodType>(name: K, shape: S) =>
  answerOf(name, z.array(shape)).extend({ next: z.string().nullable().optional() });
