/** What was seen, and what could not be; over the life of a tap. */
export interface TapCounts {
  /** Data frames. */
  frames: number;
  /** Of them, frames that are no dnstap message. */
  undecodable: number;
  /** Traffic of a resolver with its upstreams, and of tools: no outcomes. */
  upstream: number;
  queries: number;
  responses: number;
  pairs: number;
  unpairedQueries: number;
  orphanResponses: number;
  /** Messages without a whole header, with a question that cannot be read, or cut off. */
  malformed: number;
  /** Times that contradict each other or are missing. */
  clockFaults: number;
}

/** Counts of a tap that has seen nothing. */
export const noCounts = (): TapCounts => ({
  frames: 0,
  undecodable: 0,
  upstream: 0,
  queries: 0,
  responses: 0,
  pairs: 0,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
  clockFaults: 0,
});
