import { momentOf, zoneOf } from './moments.js';
import { useZone } from './zone.js';

/** A moment, by the clock that was chosen; `2026-11-28T04:55:01.500Z` as the API has it. */
export const When = ({ at }: { readonly at: string | null }) => {
  const { zone } = useZone();
  if (at === null) return <>—</>;
  const ms = Date.parse(at);
  return <time dateTime={at}>{`${momentOf(ms, zone)} ${zoneOf(ms, zone)}`}</time>;
};
