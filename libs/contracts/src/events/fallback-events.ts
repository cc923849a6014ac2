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

/** Events of stream `fallback-<fallbackId>`: another DNS provider for one customer that is hurt. */
export const fallbackEvents = {
  FallbackDecided: z.object({
    fallbackId,
    incidentId: id,
    customerId: id,
    provider,
    isDryRun: z.boolean(),
    because: why,
    at,
  }),
  FallbackCommanded: z.object({
    fallbackId,
    step: z.enum(FALLBACK_STEPS),
    provider,
    commandId: id,
    generation: z.number().int(),
    at,
  }),
  FallbackAnswered: z.object({
    fallbackId,
    step: z.enum(FALLBACK_STEPS),
    status: z.string().max(20),
    detail: z.string().max(500),
    at,
  }),
  /** The provider did not take it: the next one is asked. */
  FallbackProviderChanged: z.object({ fallbackId, provider, because: why, at }),
  /** Nothing more is tried: a person is needed. */
  FallbackStopped: z.object({ fallbackId, because: why, at }),
  /** The customer is back on Tocsin's fleet. */
  FallbackEnded: z.object({ fallbackId, because: why, at }),
} as const;
