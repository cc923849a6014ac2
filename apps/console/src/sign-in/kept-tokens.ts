import type { Endpoints, Offer, Tokens } from './flow.js';

/** A session with an issuer: who gave the tokens, where it is asked for others, and they themselves. */
export interface KeptTokens {
  readonly offer: Offer;
  readonly endpoints: Endpoints;
  readonly tokens: Tokens;
}

/** Of this tab alone, and gone with it, as an API key is. */
const PLACE = 'tocsin.tokens';

/** What this tab was given by an issuer; null: nothing. */
export const keptTokens = (): KeptTokens | null => {
  const text = sessionStorage.getItem(PLACE);
  return text === null ? null : (JSON.parse(text) as KeptTokens);
};
/** Keeps it as long as this tab is open. */
export const keepTokens = (kept: KeptTokens): void => sessionStorage.setItem(PLACE, JSON.stringify(kept));
/** Forgets it: the next page asks who looks. */
export const forgetTokens = (): void => sessionStorage.removeItem(PLACE);
