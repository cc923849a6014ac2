import { z } from 'zod';
import { impactSchema } from '#contracts';

const text = z.string().trim().min(1);
const count = z.number().int().nonnegative();
const optionalText = text.optional().catch(undefined);
/** The last ms of which receivers can read the date: years have four digits. */
const AT_MS_MAX = 253_402_300_799_999;
const atMs = z.number().int().nonnegative().max(AT_MS_MAX).optional().catch(undefined);

const rollbackSchema = z.object({
  status: text,
  from: optionalText,
  to: optionalText,
  waves: count.catch(0),
  wavesCommanded: count.catch(0),
  wavesVerified: count.catch(0),
  because: optionalText,
  refusal: z.object({ rail: text, because: text }).optional().catch(undefined),
});
/** What a page tells of a rollback. */
export type PagedRollback = z.infer<typeof rollbackSchema>;

const redirectSchema = z.object({
  status: text,
  scope: optionalText,
  key: optionalText,
  nodes: count.catch(0),
  because: optionalText,
});
/** What a page tells of traffic that is moved. */
export type PagedRedirect = z.infer<typeof redirectSchema>;

const fallbackSchema = z.object({
  decided: count.catch(0),
  running: count.catch(0),
  stopped: count.catch(0),
  ended: count.catch(0),
});

/** Longest id of an incident. */
const ID_CHARS_MAX = 128;

/** Links of one page: the incident's, and one for each thing that can be done about it. */
const LINKS_MAX = 20;

/** A page's body as channels read it. What is missing or of another form is left out; a page never fails on its decoration. */
export const pageSchema = z.looseObject({
  /** Never cut: buttons act by it. */
  incidentId: text.max(ID_CHARS_MAX).optional().catch(undefined),
  title: text.catch('Tocsin incident without a title'),
  severity: z.enum(['critical', 'warning', 'error', 'info']).catch('error'),
  status: optionalText,
  at: atMs,
  openedAt: atMs,
  onsetAt: atMs,
  service: optionalText,
  region: optionalText,
  release: optionalText,
  rule: optionalText,
  scope: optionalText,
  key: optionalText,
  priority: optionalText,
  reason: z
    .looseObject({
      text: optionalText,
      detail: optionalText,
      coverage: z.number().min(0).max(1).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  impact: impactSchema.optional().catch(undefined),
  peakImpact: impactSchema.optional().catch(undefined),
  rollbacks: z.array(rollbackSchema).catch([]),
  redirects: z.array(redirectSchema).catch([]),
  fallbacks: fallbackSchema.optional().catch(undefined),
  called: z.array(z.object({ to: text, because: text })).catch([]),
  widens: z.looseObject({ scope: text, key: text, reason: text }).optional().catch(undefined),
  escalation: z.looseObject({ to: text, because: text }).optional().catch(undefined),
  request: optionalText,
  because: optionalText,
  acknowledgedBy: optionalText,
  note: optionalText,
  /** Why its pages are held back; a call for what Tocsin did is not. */
  muted: optionalText,
  /** Why it may know less than usual: a part of Tocsin is down. */
  degraded: optionalText,
  links: z
    .array(z.object({ href: z.url({ protocol: /^https?$/ }), text }))
    .max(LINKS_MAX)
    .catch([]),
});

/** A page's body as channels read it. */
export type Page = z.infer<typeof pageSchema>;
