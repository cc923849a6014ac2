import { RequestFailed, unreachable } from '../api/request.js';
import type { Offer } from './flow.js';

/** With whom people sign in here beside API keys; null: with nobody. */
export const readOffer = async (): Promise<Offer | null> => {
  const response = await fetch('/v1/sign-in').catch((error: unknown) => {
    throw new RequestFailed(unreachable(error));
  });
  if (!response.ok) throw new RequestFailed(unreachable(`HTTP ${response.status}`));
  return ((await response.json()) as { readonly oidc: Offer | null }).oidc;
};
