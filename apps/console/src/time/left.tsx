import { useNow } from './clock.js';
import { lengthOf } from './moments.js';

/** How long it is until a moment, less with each second; nothing is left once it is there. */
export const Left = ({ until }: { readonly until: string }) => (
  <>{lengthOf(Math.max(0, Date.parse(until) - useNow()))}</>
);
