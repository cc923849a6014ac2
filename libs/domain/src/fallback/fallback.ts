import type { EventData } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { Provider } from './provider.js';

/**
 * Another DNS provider for one customer that an incident hurts (R60). Its states:
 *
 *   decided ──FallbackCommanded setup──▶ setting_up ──FallbackAnswered done──▶ in_place
 *     │ ▲                                   │                                     │ recovered:
 *     │ └──FallbackProviderChanged──────────┤ failed, or silent                   │ FallbackCommanded undo
 *     │                                     └──FallbackStopped: none is left──▶ stopped ──undo──┐
 *     └──FallbackEnded: recovered before, or a dry run──▶ ended                     ▼           ▼
 *                                                           ▲────every answer done──── restoring ◀─┐ failed, or silent:
 *                                                           │                             │ └───────┘ again, three times in all
 *                                                           └────a late answer──── stuck ◀┘ FallbackStopped
 *
 * A dry run is decided and ended, and nothing is commanded. Every provider that was told to answer is told to stop, whatever it said:
 * a setup that failed may be there by half. `stuck` is a person's; its answer ends it, whoever brings it about. Until then the incident
 * stays open.
 */
export interface Fallback {
  readonly fallbackId: string;
  readonly incidentId: string;
  readonly customerId: string;
  readonly provider: Provider;
  readonly isDryRun: boolean;
  readonly state: 'decided' | 'setting_up' | 'in_place' | 'stopped' | 'restoring' | 'stuck' | 'ended';
  /** Providers that were told to answer for the customer: at most all that there are. */
  readonly tried: readonly Provider[];
  /** What each setup came to; silence as well. At most one of each provider. */
  readonly outcomes: readonly {
    readonly provider: Provider;
    readonly isDone: boolean;
    readonly detail: string;
    readonly at: number;
  }[];
  readonly commandId: string | undefined;
  /** Of that command. */
  readonly generation: number;
  readonly commandedAtMs: number;
  /** Provider → its final answer to the command in hand. */
  readonly answers: ReadonlyMap<string, string>;
  /** How often it was to be given back. */
  readonly restores: number;
  readonly inPlaceAtMs: number;
  readonly decidedAtMs: number;
  /** Why it was decided. */
  readonly because: string;
}

const decided = ({
  fallbackId,
  incidentId,
  customerId,
  provider,
  isDryRun,
  because,
  at,
}: EventData<'FallbackDecided'>): Fallback => ({
  fallbackId,
  incidentId,
  customerId,
  provider,
  isDryRun,
  state: 'decided',
  tried: [],
  outcomes: [],
  commandId: undefined,
  generation: 0,
  commandedAtMs: 0,
  answers: new Map(),
  restores: 0,
  inPlaceAtMs: 0,
  decidedAtMs: at,
  because,
});

const commanded = (fallback: Fallback, data: EventData<'FallbackCommanded'>): Fallback => {
  const { step, provider, commandId, generation, at } = data;
  const sent = { commandId, generation, commandedAtMs: at, answers: new Map<string, string>() };
  if (step === 'undo') return { ...fallback, ...sent, state: 'restoring', restores: fallback.restores + 1 };
  // What a customer is told needs no answer.
  if (step !== 'setup_emergency_dns_fallback') return fallback;
  return { ...fallback, ...sent, state: 'setting_up', tried: [...fallback.tried, provider] };
};

/** What the setup with the provider in hand came to. */
const withOutcome = (fallback: Fallback, isDone: boolean, detail: string, at: number): Fallback => ({
  ...fallback,
  outcomes: [...fallback.outcomes, { provider: fallback.provider, isDone, detail, at }],
});

const answered = (
  fallback: Fallback,
  { step, provider, status, detail, at }: EventData<'FallbackAnswered'>,
): Fallback => {
  const answers = new Map(fallback.answers).set(provider ?? fallback.provider, status);
  if (step !== 'setup_emergency_dns_fallback') return { ...fallback, answers };
  const isDone = status === 'done';
  const told = withOutcome({ ...fallback, answers }, isDone, `answered ${status}: ${detail}`.slice(0, 200), at);
  return isDone ? { ...told, state: 'in_place', inPlaceAtMs: at } : told;
};

/** Silence is told by what follows it; an answer that failed is known already. */
const passedOver = (fallback: Fallback, because: string, at: number): Fallback =>
  fallback.state === 'setting_up' && fallback.answers.size === 0 ? withOutcome(fallback, false, because, at) : fallback;

/** Whether somebody may answer for the customer in our place, or will: as long as it lasts the incident is not over. */
export const isFallenBack = ({ state, isDryRun }: Fallback): boolean => !isDryRun && state !== 'ended';

/** Whether a command is out that is not answered for. */
export const isAwaited = ({ state }: Fallback): boolean => state === 'setting_up' || state === 'restoring';

/** Events of a fallback's stream. */
export const isFallbackEvent = isEventOf(
  'FallbackDecided',
  'FallbackCommanded',
  'FallbackAnswered',
  'FallbackProviderChanged',
  'FallbackStopped',
  'FallbackEnded',
);

/** The fallback after an event. */
export const evolveFallback = (
  fallback: Fallback | undefined,
  event: GuardedEvent<typeof isFallbackEvent>,
): Fallback | undefined => {
  if (event.type === 'FallbackDecided') return decided(event.data);
  if (fallback === undefined) return undefined;
  switch (event.type) {
    case 'FallbackCommanded':
      return commanded(fallback, event.data);
    case 'FallbackAnswered':
      return answered(fallback, event.data);
    case 'FallbackProviderChanged': {
      const { provider, because, at } = event.data;
      return { ...passedOver(fallback, because, at), provider, state: 'decided' };
    }
    case 'FallbackStopped': {
      const { because, at } = event.data;
      const state = fallback.state === 'restoring' ? 'stuck' : 'stopped';
      return { ...passedOver(fallback, because, at), state };
    }
    case 'FallbackEnded':
      return { ...fallback, state: 'ended' };
  }
};
