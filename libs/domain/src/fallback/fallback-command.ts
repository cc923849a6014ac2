import { type Command, type CommandAnswer, COMMAND_TTL_MS, type Event, event, type Release } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { Fallback } from './fallback.js';
import { issueNotice, type NoticeCase, workaroundNotice, workaroundText } from './notice.js';
import type { UnwellProviders } from './provider.js';

/** The step that is a command; the two after it are messages (R60). */
export const SETUP = 'setup_emergency_dns_fallback';

/** What a command names beside whom it is for: neither changes by it. */
export interface Running {
  readonly service: string;
  readonly release: Release;
}

/** What a step of a fallback needs beside its state. */
export interface FallbackContext {
  readonly at: number;
  /** The generation the next command gets. */
  readonly generation: number;
  readonly answers: readonly CommandAnswer[];
  readonly unwell: UnwellProviders;
  /** undefined: no command may leave now, and everything stays as it is. */
  readonly running: Running | undefined;
  /** Whether another customer may be moved: that a rail refuses it now is no reason to leave others where they are. */
  readonly mayBegin: boolean;
  /** Why the customer needs it no longer; undefined: it does. */
  readonly recovered: string | undefined;
  /** Looked up when something is said. */
  readonly customerOf: (customerId: string) => CatalogueCustomer | undefined;
  /** When the incident opened. */
  readonly sinceMs: number;
  readonly commandIdOf: (fallbackId: string, wave: number) => string;
  readonly sha256: (text: string) => string;
}

/** What a customer is told of a fallback. */
export const noticeCase = ({ incidentId, customerId, provider }: Fallback, context: FallbackContext): NoticeCase => ({
  incidentId,
  customerId,
  customer: context.customerOf(customerId),
  provider,
  sinceMs: context.sinceMs,
});

/** Tells the provider in hand to answer for the customer, or all that were told so to stop; nothing while no command may leave. */
export const command = (
  fallback: Fallback,
  step: 'undo' | typeof SETUP,
  reason: string,
  context: FallbackContext,
): readonly Event[] => {
  const { fallbackId, customerId, provider, tried, restores } = fallback;
  const { at, generation, sha256, running } = context;
  if (running === undefined) return [];
  // Each provider is set up once, and comes before every restore.
  const wave = step === SETUP ? tried.length + 1 : tried.length + restores + 1;
  const commandId = context.commandIdOf(fallbackId, wave);
  const audience = step === SETUP ? [provider] : [...tried].sort();
  const about = noticeCase(fallback, context);
  const issued: Command = {
    commandId,
    action: step === SETUP ? 'fall_back' : 'restore',
    fallbackId,
    customer: { customerId, domains: [...(about.customer?.zones ?? [])], workaround: workaroundText(about) },
    wave,
    generation,
    service: running.service,
    from: running.release,
    to: running.release,
    audience,
    audienceDigest: sha256(audience.join('\n')),
    issuedAtMs: at,
    expiresAtMs: at + COMMAND_TTL_MS,
    reason: reason.slice(0, 1_000),
  };
  return [
    event('FallbackCommanded', { fallbackId, step, provider, commandId, generation, at }),
    event('CommandIssued', { command: issued }),
  ];
};

/** The customer is told what is wrong, and then what it can do: by the same command, whose text that is. */
export const tellCustomer = (fallback: Fallback, context: FallbackContext): readonly Event[] => {
  const { fallbackId, provider, commandId = '', generation } = fallback;
  const about = noticeCase(fallback, context);
  const sent = { fallbackId, provider, commandId, generation, at: context.at };
  return [
    event('FallbackCommanded', { ...sent, step: 'notify_customer_of_issue', notice: issueNotice(about) }),
    event('FallbackCommanded', { ...sent, step: 'provide_workaround_instructions', notice: workaroundNotice(about) }),
  ];
};
