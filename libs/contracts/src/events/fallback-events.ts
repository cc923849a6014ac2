import { z } from 'zod';
import { at, id, why } from './event-parts.js';

/** The providers of the incident study (R60), in their order of priority. */
export const FALLBACK_PROVIDERS = ['cloudflare_dns', 'google_dns', 'quad9_dns'] as const;
/** What is done for each customer, in this order (R60), and what undoes the first at recovery. */
export const FALLBACK_STEPS = [
  'setup_emergency_dns_fallback',
  'notify_customer_of_issue',
  'provide_workaround_instructions',
  'undo',
] as const;

const fallbackId = id;
const provider = z.enum(FALLBACK_PROVIDERS);
/** What a customer is told; it leaves as a message of its own. */
const notice = z.object({ incidentId: id, customerId: id, name: z.string().max(200), text: z.string().max(2_000) });

/** Events of stream `fallback-<fallbackId>`: another DNS provider for one customer that is hurt. */
export const fallbackEvents = {
  /** A customer is to be answered by another DNS provider, or would be where this is only tried. */
  FallbackDecided: z.object({
    fallbackId,
    incidentId: id,
    customerId: id,
    provider,
    isDryRun: z.boolean(),
    because: why,
    at,
  }),
  /** Of a step that tells the customer something, the command is that of the first one, which put the provider in place. */
  FallbackCommanded: z.object({
    fallbackId,
    step: z.enum(FALLBACK_STEPS),
    provider,
    commandId: id,
    generation: z.number().int(),
    /** What the customer is told with this step. */
    notice: notice.optional(),
    at,
  }),
  /** Who acts on a step of the fallback says what became of it. */
  FallbackAnswered: z.object({
    fallbackId,
    step: z.enum(FALLBACK_STEPS),
    /** Who answered. */
    provider: provider.optional(),
    status: z.string().max(20),
    detail: z.string().max(500),
    at,
  }),
  /** The provider did not take it: the next one is asked. */
  FallbackProviderChanged: z.object({ fallbackId, provider, because: why, at }),
  /** Nothing more is tried: a person is needed. */
  FallbackStopped: z.object({ fallbackId, because: why, at }),
  /** The customer is back on Tocsin's fleet. */
  FallbackEnded: z.object({ fallbackId, because: why, notice: notice.optional(), at }),
} as const;
