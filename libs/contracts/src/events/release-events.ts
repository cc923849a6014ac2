import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { releaseSchema } from '../signal.js';
import { at, by, id, comment, why } from './event-parts.js';

const of = { service: nameSchema, release: releaseSchema };

/** Events of stream `release-<service>/<release>`: what is known of a release as such, whichever rollout brings it. */
export const releaseEvents = {
  /** It ran well (RAIL-6): since when, on how many nodes, and whether it may be gone back to. */
  ReleaseAttested: z.object({
    ...of,
    goodSinceMs: at,
    nodes: z.number().int().positive(),
    isRollbackSafe: z.boolean(),
    by,
    at,
  }),
  /** Going back to it was tried out (R51). */
  RollbackRehearsed: z.object({ ...of, passed: z.boolean(), detail: why, by, at }),
  /** It was rolled back from: nothing brings it again until that is lifted (R39). */
  ReleaseQuarantined: z.object({ ...of, rollbackId: id, because: why, at }),
  /** A release that was rolled back may be brought again. */
  QuarantineLifted: z.object({ ...of, by, comment, at }),
} as const;
