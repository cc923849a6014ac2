import { FALLBACK_PROVIDERS, type SpilloverSignal } from '#contracts';
import type { Fallback } from './fallback.js';
import type { Provider, UnwellProviders } from './provider.js';

/** For how long one that failed is left alone: what keeps it from one customer keeps it from the next. */
export const PROVIDER_REST_MS = 300_000;

/** The last answer of a provider to a setup, over all fallbacks; undefined without one. */
const lastOf = (provider: Provider, fallbacks: readonly Fallback[]): Fallback['outcomes'][number] | undefined =>
  fallbacks
    .flatMap(({ outcomes }) => outcomes.filter((each) => each.provider === provider))
    .reduce<Fallback['outcomes'][number] | undefined>(
      (last, each) => (last && last.at > each.at ? last : each),
      undefined,
    );

/** Who failed in the last minutes and has done nothing well since, and who is told to be ill. */
export const readProviders = (
  fallbacks: Iterable<Fallback>,
  told: readonly SpilloverSignal[],
  at: number,
): UnwellProviders => {
  const all = [...fallbacks];
  const unwell = new Map<string, string>();
  for (const provider of FALLBACK_PROVIDERS) {
    const last = lastOf(provider, all);
    if (last !== undefined && !last.isDone && at < last.at + PROVIDER_REST_MS) unwell.set(provider, last.detail);
    if (told.some((each) => each.provider === provider && each.isHealthy === false))
      unwell.set(provider, 'is told not to be healthy');
  }
  return unwell;
};
