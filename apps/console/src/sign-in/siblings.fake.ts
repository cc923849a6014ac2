import type { Renewal, Siblings } from './siblings.js';

/** Tabs of one browser that wait for each other and hear each other at once. */
export const fakeSiblings = (): (() => Siblings) => {
  const listeners = new Set<(renewal: Renewal) => void>();
  const turns = new Map<string, Promise<unknown>>();
  return () => {
    let own: ((renewal: Renewal) => void) | undefined;
    return {
      alone: (session, work) => {
        const turn = (turns.get(session) ?? Promise.resolve()).then(work, work);
        turns.set(session, turn);
        return turn;
      },
      tell: (renewal) => {
        for (const listener of listeners) if (listener !== own) listener(renewal);
      },
      onTold: (listener) => {
        own = listener;
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  };
};
