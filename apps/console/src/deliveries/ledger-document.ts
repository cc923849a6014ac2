import { graphql, type ResultOf } from '../api/graphql.js';

/** Deliveries, the newest first. */
export const DELIVERIES = graphql(`
  query Deliveries($after: String, $channel: String, $incidentId: String, $status: [DeliveryStatus!]) {
    deliveries(first: 100, after: $after, channel: $channel, incidentId: $incidentId, status: $status) {
      nodes {
        deliveryId
        channel
        subject
        action
        person
        address
        dedupKey
        status
        isUrgent
        isUnknown
        requestedAt
        finishedAt
        dueAt
        attemptCount
        lastDetail
        lastStatus
        fellOverTo
        insteadOf
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** The attempts of one delivery. */
export const ATTEMPTS = graphql(`
  query Attempts($deliveryId: String!) {
    delivery(deliveryId: $deliveryId) {
      attempts(first: 50) {
        attempt
        at
        outcome
        status
        detail
        isLost
        dueAt
      }
    }
  }
`);
/** The ways out, and whether they are open. */
export const CHANNELS = graphql(`
  query Channels {
    channels(first: 50) {
      nodes {
        name
        subject
        pending
        oldestPendingAt
        disabledAt
        disabledBecause
        receivers {
          address
          breaker
          failures
          heldUntil
          lastDeliveredAt
          lastFailedAt
        }
      }
    }
  }
`);
/** Sends a page that says it is a test, and its end. */
export const TEST_CHANNEL = graphql(`
  mutation TestChannel($input: TestChannelInput!) {
    testChannel(input: $input) {
      dedupKey
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Opens a channel that was disabled. */
export const ENABLE_CHANNEL = graphql(`
  mutation EnableChannel($input: EnableChannelInput!) {
    enableChannel(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

/** A delivery in the ledger. */
export type DeliveryRow = ResultOf<typeof DELIVERIES>['deliveries']['nodes'][number];
/** A way out. */
export type ChannelRow = ResultOf<typeof CHANNELS>['channels']['nodes'][number];
