import { type EventData, FALLBACK_PROVIDERS } from '#contracts';

/** A provider that may answer for a customer. */
export type Provider = EventData<'FallbackDecided'>['provider'];

/** What people know a provider by, and the resolver that it runs for everybody. */
export const PROVIDERS: Readonly<Record<Provider, { readonly title: string; readonly resolver: string }>> = {
  cloudflare_dns: { title: 'Cloudflare', resolver: '1.1.1.1' },
  google_dns: { title: 'Google', resolver: '8.8.8.8' },
  quad9_dns: { title: 'Quad9', resolver: '9.9.9.9' },
};

/** Provider → why nobody is moved to it now. */
export type UnwellProviders = ReadonlyMap<string, string>;

/** The first by priority that is well and was not tried for this customer. */
export const nextProvider = (unwell: UnwellProviders, tried: readonly Provider[] = []): Provider | undefined =>
  FALLBACK_PROVIDERS.find((provider) => !unwell.has(provider) && !tried.includes(provider));

/** Why there is none, in words. */
export const describeUnwell = (unwell: UnwellProviders, tried: readonly Provider[] = []): string =>
  FALLBACK_PROVIDERS.map(
    (provider) => `${provider} ${unwell.get(provider) ?? (tried.includes(provider) ? 'was tried' : 'is well')}`,
  ).join(', ');
