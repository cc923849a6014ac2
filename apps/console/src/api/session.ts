import { createContext, useContext } from 'react';

/** What a tab shows the API with every request: an API key, or a token that is made anew before it is over. */
export interface Key {
  /** What is sent as bearer now. Fails as a request does where there is none to be had. */
  readonly bearer: () => Promise<string>;
  /** The API would not take it: whether there is another one now. `later`: who gives it cannot be asked, which ends no session. */
  readonly another: () => Promise<'another' | 'none' | 'later'>;
  /** Tells when there is another one, since a socket goes by what it was opened with; what comes back ends that. */
  readonly onAnother: (listener: () => void) => () => void;
}

/** An API key, which is what it is until it is over. */
export const apiKey = (text: string): Key => ({
  bearer: async () => text,
  another: async () => 'none',
  onAnother: () => () => undefined,
});

/**
 * Of this tab: a key in `localStorage` would be read by whoever sits down next. A duplicated tab has it too, and so has one that is
 * opened again after it was closed: who leaves signs out.
 */
const PLACE = 'tocsin.key';

/** The API key that the person came with. */
export const keptKey = (): string | null => sessionStorage.getItem(PLACE);
/** Keeps it as long as this tab is open. */
export const keepKey = (key: string): void => sessionStorage.setItem(PLACE, key);
/** Forgets it: the next page asks who looks. */
export const forgetKey = (): void => sessionStorage.removeItem(PLACE);

/** What the pages know of who looks: the key to send, and how to leave. */
export interface Session {
  readonly key: Key;
  readonly end: () => void;
}

/** Who looks, for every page below; null where nobody has signed in. */
export const SessionContext = createContext<Session | null>(null);

/** Who looks; no page is shown to nobody. */
export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('A page was shown without a session.');
  return session;
};
