import { momentOf } from './moments.js';
import { useZone } from './zone.js';

/** A moment, by the clock that was chosen; `2026-11-28T04:55:01.500Z` as the API has it. */
export const When = ({ at }: { readonly at: string | null }) => {
  const { zone } = useZone();
  return at === null ? <>—</> : <time dateTime={at}>{`${momentOf(Date.parse(at), zone)} ${zone}`}</time>;
};
