import { z } from 'zod';
import { recordedRuleSetSchema } from '../rule.js';
import { at } from './event-parts.js';

/** Events of stream `rules`, which holds the sets alone, and of `rules-reload`, which holds what was asked and refused. */
export const rulesEvents = {
  /** A set of rules replaces the one before, as a whole, from a tick on: so that live and replayed decisions use the same. */
  RulesLoaded: z.object({
    /** Counts the sets, from 1. */
    version: z.number().int().positive(),
    /** SHA-256, hex, of the canonical JSON of the set: the same rules have the same. */
    sha256: z.string().length(64),
    /** Where they were read: the names of the files. */
    source: z.string().max(1_000),
    /** The first tick that is decided by them. */
    fromTick: z.number().int().nonnegative(),
    ruleSet: recordedRuleSetSchema,
    at,
  }),
  /** Somebody asked for the files to be read again; every process that decides does so, and the first one tells the outcome. */
  RulesReloadAsked: z.object({ at }),
  /** Files that were to be loaded are wrong: the set in force stays, as a whole. */
  RulesRefused: z.object({
    source: z.string().max(1_000),
    /** `file:line:column: what is wrong`, with the line and a caret. */
    problems: z.array(z.string().max(2_000)).min(1).max(100),
    at,
  }),
  /** Files that had been refused say what is in force: nothing is refused any more, and nothing was loaded. */
  RulesUnchanged: z.object({ source: z.string().max(1_000), at }),
} as const;
