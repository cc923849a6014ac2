import { graphql, type ResultOf } from '../api/graphql.js';

/** Of which incident a replay may be, newest first. */
export const REPLAYABLE = graphql(`
  query Replayable {
    incidents(first: 100) {
      nodes {
        incidentId
        title
        status
        onsetAt
        openedAt
        resolvedAt
      }
    }
  }
`);
/** An incident that may be replayed. */
export type Replayable = ResultOf<typeof REPLAYABLE>['incidents']['nodes'][number];

/** One that is asked for by its id, however old it is. */
export const REPLAYED = graphql(`
  query Replayed($incidentId: String!) {
    incident(incidentId: $incidentId) {
      incidentId
      title
      status
      onsetAt
      openedAt
      resolvedAt
      rule
      evidence {
        threshold
        window
      }
    }
  }
`);

/** An incident that is replayed. */
export type ReplayedIncident = NonNullable<ResultOf<typeof REPLAYED>['incident']>;

/** Everything that was recorded of an incident, in the one order. */
export const TIMELINE = graphql(`
  query Timeline($incidentId: String!, $after: String) {
    events(incidentId: $incidentId, first: 500, after: $after) {
      nodes {
        position
        recordedAt
        stream
        type
        actor
        text
        data
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** Something that was recorded. */
export type RecordedEvent = ResultOf<typeof TIMELINE>['events']['nodes'][number];

/** What was counted then, region by region; the fleet is all of them. */
export const COUNTED = graphql(`
  query Counted($from: DateTime!, $to: DateTime!, $step: Duration!) {
    windows(family: region, from: $from, to: $to, step: $step) {
      windows {
        from
        key
        good
        bad
      }
    }
  }
`);
