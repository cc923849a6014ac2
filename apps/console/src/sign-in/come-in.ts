import { apiKey, forgetKey, type Key, keptKey } from '../api/session.js';
import { SIGNED_IN } from './flow.js';
import type { IssuedKey } from './issued-key.js';
import { forgetTokens, keptTokens } from './kept-tokens.js';

/** Who is in: a key; null, nobody, perhaps for a reason; undefined while that is found out. */
export interface Entered {
  readonly key: Key | null | undefined;
  readonly because?: string | undefined;
}

/** The key of an issuer that this tab goes by. */
let issued: IssuedKey | null = null;

/** Who is in when the tab is opened, as far as that is known at once: what speaks to an issuer is loaded for who needs it. */
export const enteredAtOnce = (): Entered => {
  if (location.pathname === SIGNED_IN) return { key: undefined };
  const text = keptKey();
  if (text !== null) return { key: apiKey(text) };
  return { key: keptTokens() === null ? null : undefined };
};

/** Who is in, where an issuer has to do with it: back from there with a code, or with the tokens that this tab was given. */
export const comeIn = async (over: (because: string) => void, goTo: (address: string) => void): Promise<Entered> => {
  const { arrive, comeAgain } = await import('./issuer.js');
  if (location.pathname !== SIGNED_IN) {
    issued = comeAgain(over);
    return { key: issued };
  }
  const arrival = await arrive(over);
  // The code is taken out of the address, whatever came of it.
  goTo(arrival.address);
  if ('refused' in arrival) return { key: null, because: arrival.refused };
  forgetKey();
  issued = arrival.key;
  return { key: issued };
};

/** Nobody is in any more; what the issuer keeps of its own is not ended by that. */
export const forgetEntered = (): void => {
  issued?.end();
  issued = null;
  forgetKey();
  forgetTokens();
};

/** Nobody is in any more, at the issuer neither, where it ends sessions when asked. */
export const leaveEntered = async (): Promise<void> => {
  // Who signs out is out here, also where what speaks to the issuer does not come.
  if (issued !== null)
    await import('./issuer.js').then(
      ({ leaveForGood }) => leaveForGood(),
      () => undefined,
    );
  forgetEntered();
};
