/** Which incident is replayed, and the moment that is shown, as the address says it. */
export interface ReplaySearch {
  readonly incident?: string;
  /** ISO 8601 in UTC. */
  readonly at?: string;
  /** What other rules would have done, as it was asked for. */
  readonly backtest?: string;
}

/** What an address says of a replay; what is no moment is left out. */
export const readReplaySearch = (search: Readonly<Record<string, unknown>>): ReplaySearch => {
  const { incident, at, backtest } = search;
  const moment = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return {
    ...(typeof incident === 'string' && incident !== '' && { incident }),
    ...(typeof backtest === 'string' && backtest !== '' && { backtest }),
    ...(!Number.isNaN(moment) && { at: new Date(moment).toISOString() }),
  };
};
