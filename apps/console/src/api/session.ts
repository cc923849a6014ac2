import { createContext, useContext } from 'react';

/** Of this tab alone, and gone with it: a key in `localStorage` would be read by whoever sits down next. */
const PLACE = 'tocsin.key';

/** The key or token that the person came with. */
export const keptKey = (): string | null => sessionStorage.getItem(PLACE);
/** Keeps it as long as this tab is open. */
export const keepKey = (key: string): void => sessionStorage.setItem(PLACE, key);
/** Forgets it: the next page asks who looks. */
export const forgetKey = (): void => sessionStorage.removeItem(PLACE);

/** What the pages know of who looks: the key to send, and how to leave. */
export interface Session {
  readonly key: string;
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
