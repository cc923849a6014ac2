import { z } from 'zod';
import { EXTERNAL_LABELS_MAX, EXTERNAL_LINKS_MAX, EXTERNAL_SOURCES, EXTERNAL_TEXT_MAX } from '../signal.js';
import { at, id } from './event-parts.js';

/** Events of stream `external-change-<changeId>`. */
export const externalChangeEvents = {
  /** Another system says that something was changed. It is in the record for whoever asks what happened, and no alert. */
  ExternalChangeTold: z.object({
    changeId: id,
    source: z.enum(EXTERNAL_SOURCES),
    region: z.string().max(EXTERNAL_TEXT_MAX.name).optional(),
    summary: z.string().max(EXTERNAL_TEXT_MAX.summary),
    labels: z
      .record(z.string(), z.string())
      .refine((labels) => Object.keys(labels).length <= EXTERNAL_LABELS_MAX, `at most ${EXTERNAL_LABELS_MAX} labels`),
    links: z.array(z.object({ href: z.string(), text: z.string() })).max(EXTERNAL_LINKS_MAX),
    /** The key that it was sent with. */
    sender: id.optional(),
    at,
  }),
} as const;
