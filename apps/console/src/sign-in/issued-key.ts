import { RequestFailed, unreachable } from '../api/request.js';
import type { Key } from '../api/session.js';
import type { Clock } from '../time/clock.js';
import { isRefused, type Refused, renewAt, type Tokens } from './flow.js';
import type { Siblings } from './siblings.js';

/** How soon an issuer that did not answer is asked again. */
const AGAIN_MS = 10_000;
/** A token that was made within this, and is not taken all the same, will not be taken the next time either. */
const JUST_MADE_MS = 10_000;

/** What came of asking: other tokens, none any more, or no answer. */
type Renewed = Awaited<ReturnType<Key['another']>>;

const OVER = 'Your session is over. Sign in again: you come back to this page.';

/** What an issued key is made with. */
export interface IssuedParts {
  readonly issuer: string;
  readonly tokens: Tokens;
  /** Asks the issuer for others; throws where it does not answer. */
  readonly renew: (last: Tokens) => Promise<Tokens | Refused>;
  readonly keep: (tokens: Tokens) => void;
  /** Told once that the session is over, and why. */
  readonly over: (because: string) => void;
  readonly clock: Clock;
  readonly siblings: Siblings;
}

/** A token of an issuer, made anew before it is over for as long as the issuer does so. */
export class IssuedKey implements Key {
  #tokens: Tokens;
  #renewing: Promise<Renewed> | undefined;
  #stopWaiting: (() => void) | undefined;
  #isOver = false;
  #unreached: unknown;
  readonly #listeners = new Set<() => void>();
  readonly #leaveSiblings: () => void;

  constructor(private readonly parts: IssuedParts) {
    this.#tokens = parts.tokens;
    this.#leaveSiblings = parts.siblings.onTold(({ used, tokens }) => {
      if (used === this.#tokens.refresh) this.#take(tokens);
    });
    this.#waitUntil(this.#nextAt());
  }

  /** As it is now. */
  get tokens(): Tokens {
    return this.#tokens;
  }

  readonly bearer = async (): Promise<string> => {
    const { now } = this.parts.clock;
    // A tab that was asleep wakes up with a token of yesterday, before its timers do.
    if (now() >= this.#tokens.until) await this.#renew();
    if (now() < this.#tokens.until) return this.#tokens.access;
    if (this.#unreached instanceof RequestFailed) throw this.#unreached;
    if (this.#unreached !== undefined) throw new RequestFailed(unreachable(this.#unreached, this.parts.issuer));
    throw new RequestFailed({ status: 401, code: 'TOKEN_EXPIRED', title: 'The session is over', detail: OVER });
  };

  readonly another = async (): Promise<Renewed> =>
    this.parts.clock.now() - this.#tokens.madeAt < JUST_MADE_MS ? 'none' : this.#renew();

  readonly onAnother = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Nothing is asked for any more, and nobody told. */
  readonly end = (): void => {
    this.#isOver = true;
    this.#stopWaiting?.();
    this.#leaveSiblings();
    this.#listeners.clear();
  };

  #nextAt(): number {
    return this.#tokens.refresh === null ? this.#tokens.until : renewAt(this.#tokens);
  }

  #waitUntil(atMs: number): void {
    const { clock } = this.parts;
    this.#stopWaiting?.();
    this.#stopWaiting = clock.after(Math.max(0, atMs - clock.now()), () => void this.#renew());
  }

  /** Whether there are other tokens; whoever asks meanwhile waits for the same ones. */
  #renew(): Promise<Renewed> {
    if (this.#isOver) return Promise.resolve('none');
    return (this.#renewing ??= this.#ask().finally(() => (this.#renewing = undefined)));
  }

  #take(tokens: Tokens): void {
    this.#unreached = undefined;
    this.#tokens = tokens;
    this.parts.keep(tokens);
    this.#waitUntil(this.#nextAt());
    for (const listener of this.#listeners) listener();
  }

  /** Others, of the issuer or of another tab that asked it meanwhile with the same token. */
  async #made(): Promise<Tokens | Refused> {
    const { renew, siblings } = this.parts;
    const last = this.#tokens;
    const { refresh } = last;
    if (refresh === null) return { refused: OVER };
    return siblings.alone(`${last.subject} ${last.madeAt}`, async () => {
      if (this.#tokens !== last || this.#isOver) return this.#tokens;
      const made = await renew(last);
      if (!isRefused(made)) siblings.tell({ used: refresh, tokens: made });
      return made;
    });
  }

  async #ask(): Promise<Renewed> {
    const { keep, over, clock } = this.parts;
    try {
      const made = await this.#made();
      if (this.#isOver) return 'none';
      this.#unreached = undefined;
      if (!isRefused(made)) {
        if (made !== this.#tokens) this.#take(made);
        return 'another';
      }
      if (clock.now() < this.#tokens.until) {
        // It is good until then all the same.
        this.#tokens = { ...this.#tokens, refresh: null };
        keep(this.#tokens);
        this.#waitUntil(this.#tokens.until);
        return 'none';
      }
      this.end();
      over(made.refused === OVER ? OVER : `${OVER} ${made.refused}`);
      return 'none';
    } catch (error) {
      this.#unreached = error;
      if (this.#isOver) return 'none';
      this.#waitUntil(clock.now() + AGAIN_MS);
      return 'later';
    }
  }
}
