import { isRefusal } from '#contracts';
import type { Authenticator } from '../authenticator.js';
import type { KnownRequest } from '../needs.js';
import type { DoorStep } from './door-step.js';
import type { Rates } from './rates.js';
import { strangerOf } from './stranger.js';

/**
 * Keys that are looked up at once for addresses that showed too many bad ones: enough that whoever shares such an address with a program that
 * lost its key passes with a good one, and too few to keep the database busy.
 */
const DOUBTED_MAX = 4;

/**
 * Whoever has no key is told so; an address that shows too many bad ones is told to wait, and a good one passes from there all the same. What a
 * key may do is the guard's question, which knows the route.
 */
export const askWho = (authenticator: Authenticator, rates: Rates): DoorStep => {
  let doubted = 0;
  return async (request, reply) => {
    const who = strangerOf(request.ip);
    const isDoubted = rates.isSpent('stranger', who);
    const refusal = isDoubted && doubted >= DOUBTED_MAX ? rates.spend('stranger', who, reply) : undefined;
    if (refusal !== undefined) return refusal;
    doubted += isDoubted ? 1 : 0;
    try {
      const principal = await authenticator.authenticate(request.headers.authorization);
      if (isRefusal(principal)) return rates.spend('stranger', who, reply) ?? principal;
      (request as KnownRequest).principal = principal;
      return undefined;
    } finally {
      doubted -= isDoubted ? 1 : 0;
    }
  };
};
