import { readKept } from './read-kept.js';
import type { Endpoints, Offer, Tokens } from './flow.js';

/** A session with an issuer: who gave the tokens, where it is asked for others, and they themselves. */
export interface KeptTokens {
  readonly offer: Offer;
  readonly endpoints: Endpoints;
  readonly tokens: Tokens;
}

/** Of this tab, as an API key is (api/session.ts says how far that goes). */
const PLACE = 'tocsin.tokens';

/** What this tab was given by an issuer; null: nothing. */
export const keptTokens = (): KeptTokens | null => readKept(sessionStorage, PLACE);
/** Keeps it as long as this tab is open. */
export const keepTokens = (kept: KeptTokens): void => sessionStorage.setItem(PLACE, JSON.stringify(kept));
/** Forgets it: the next page asks who looks. */
export const forgetTokens = (): void => sessionStorage.removeItem(PLACE);
