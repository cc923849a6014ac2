import { RequestFailed, unreachable } from '../api/request.js';
import type { Offer } from './flow.js';

/** Longer than it takes Tocsin to say what it was started with. */
const TIMEOUT_MS = 10_000;

/** With whom people sign in here beside API keys; null: with nobody. */
export const readOffer = async (): Promise<Offer | null> => {
  const response = await fetch('/v1/sign-in', { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    throw new RequestFailed(unreachable(error, 'Tocsin', TIMEOUT_MS));
  });
  if (!response.ok) throw new RequestFailed(unreachable(`HTTP ${response.status}`));
  return ((await response.json()) as { readonly oidc: Offer | null }).oidc;
};
