/** Which incident is replayed, and the moment that is shown, as the address says it. */
export interface ReplaySearch {
  readonly incident?: string;
  /** ISO 8601 in UTC. */
  readonly at?: string;
}

/** What an address says of a replay; what is no moment is left out. */
export const readReplaySearch = (search: Readonly<Record<string, unknown>>): ReplaySearch => {
  const { incident, at } = search;
  const moment = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return {
    ...(typeof incident === 'string' && incident !== '' && { incident }),
    ...(!Number.isNaN(moment) && { at: new Date(moment).toISOString() }),
  };
};
