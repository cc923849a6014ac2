import { isReadNow } from './held.js';
import { isSameButForTime } from './same-but-for-time.js';

/** What is asked for, and what the page shows. */
interface Reading {
  readonly queryKey: readonly unknown[];
  readonly isWanted: boolean;
  /** Whether the page is held still. */
  readonly isHeld: boolean;
  /** The key of what was shown last in this place; undefined: nothing was. */
  readonly shown: () => unknown;
}

/**
 * When something is read, and what stands in its place until it is: while that of another time is read the last one stays; what was said
 * of something else never does.
 */
export const readingOf = ({ queryKey, isWanted, isHeld, shown }: Reading) => ({
  enabled: ({ state }: { readonly state: { readonly data: unknown } }): boolean =>
    isWanted && isReadNow(isHeld, state.data !== undefined || isSameButForTime(shown(), queryKey)),
  placeholderData: <Data>(
    last: Data | undefined,
    of: { readonly queryKey: readonly unknown[] } | undefined,
  ): Data | undefined => (isSameButForTime(of?.queryKey, queryKey) ? last : undefined),
});
