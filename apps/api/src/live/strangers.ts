import { refuse, type Refusal } from '#contracts';
import type { Rates } from '#runtime';

/** Sockets of all that have not shown a key: each has three seconds for it, and costs some 20 KiB. Beyond it new ones are refused. */
const STRANGERS_MAX = 500;
/** Of one address: the consoles of an office that come again at once. A tenth, so that nobody takes the room of all. */
export const STRANGERS_PER_ADDRESS_MAX = 50;
/** Of an address that showed too many bad keys: whoever shares it with a program that lost its key comes through. */
const DOUBTED_MAX = 4;

/** Who is not known yet, by where they come from. What comes to nothing costs its address of the rate of bad keys. */
export class Strangers {
  private readonly byAddress = new Map<string, number>();
  private all = 0;

  constructor(private readonly rates: Pick<Rates, 'spend' | 'isSpent'>) {}

  /** Takes one in, until what it gives is called, once or more often; refuses where there are too many. */
  admit(address: string): (() => void) | Refusal {
    const own = this.byAddress.get(address) ?? 0;
    const isDoubted = this.rates.isSpent('stranger', address);
    const most = isDoubted ? DOUBTED_MAX : STRANGERS_PER_ADDRESS_MAX;
    if (own >= most) {
      const because = `${own} sockets of ${address} have not said who they are`;
      return this.spend(address, refuse('SUBSCRIBERS_TOO_MANY', because));
    }
    // Others took the places: whoever comes then did nothing that they should pay for.
    if (this.all >= STRANGERS_MAX)
      return refuse('SUBSCRIBERS_TOO_MANY', `${this.all} sockets have not said who they are`);
    this.count(address, 1);
    let isIn = true;
    return () => {
      if (isIn) this.count(address, -1);
      isIn = false;
    };
  }

  /** Counts what came to nothing, with why; the address is told to wait instead where there was too much of it. */
  spend(address: string, why: Refusal): Refusal {
    return this.rates.spend('stranger', address) ?? why;
  }

  private count(address: string, by: number): void {
    this.all += by;
    const own = (this.byAddress.get(address) ?? 0) + by;
    if (own === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, own);
  }
}
