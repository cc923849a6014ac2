import { graphql, type ResultOf } from '../api/graphql.js';

/** What people and programs did, newest first. */
export const ACTS = graphql(`
  query Acts(
    $after: String
    $actor: String
    $subject: String
    $stream: String
    $type: String
    $from: DateTime
    $to: DateTime
  ) {
    acts(
      first: 100
      after: $after
      actor: $actor
      subject: $subject
      stream: $stream
      type: $type
      from: $from
      to: $to
    ) {
      nodes {
        position
        recordedAt
        stream
        type
        actor
        cause
        audit {
          subject
          via
          reason
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** An act of the list. */
export type ActRow = ResultOf<typeof ACTS>['acts']['nodes'][number];

/** One event, what it changed, and its links in the chain. */
export const SHOWN_ACT = graphql(`
  query ShownAct($position: Float!) {
    act(position: $position) {
      position
      stream
      version
      type
      actor
      cause
      recordedAt
      text
      data
      audit {
        subject
        keyId
        requestId
        via
        reason
      }
      previous
      hash
      changes {
        field
        before
        after
      }
      isCut
    }
  }
`);
/** One event as its page shows it. */
export type ShownAct = NonNullable<ResultOf<typeof SHOWN_ACT>['act']>;

/** Everything that was recorded of one stream, or behind a position. */
export const EVENTS = graphql(`
  query Events($after: String, $stream: String, $position: Float) {
    events(first: 100, after: $after, stream: $stream, position: $position) {
      nodes {
        position
        recordedAt
        stream
        type
        actor
        text
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** An event of the list. */
export type EventRow = ResultOf<typeof EVENTS>['events']['nodes'][number];

/** How far the events go. */
export const HEAD = graphql('query Head { headPosition }');

/** What was found when the chains were followed, newest first. */
export const VERIFICATIONS = graphql(`
  query Verifications {
    headPosition
    verifications {
      verificationId
      status
      startedAt
      endedAt
      events
      of
      streams
      head {
        position
        digest
      }
      keptHeads
      broken {
        fault
        position
        until
        stream
        version
      }
      isCut
      failure
    }
  }
`);
/** What was found once. */
export type Verification = ResultOf<typeof VERIFICATIONS>['verifications'][number];

/** Follows the chains of all events. */
export const VERIFY = graphql(`
  mutation Verify($input: BeginVerificationInput!) {
    beginVerification(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
