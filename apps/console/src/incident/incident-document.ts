import { graphql, type ResultOf } from '../api/graphql.js';
import { ROLLBACK_FIELDS, WAVE_FIELDS } from '../api/rollback-fields.js';

/** Incidents, newest first. */
export const INCIDENTS = graphql(`
  query Incidents($after: String) {
    incidents(first: 50, after: $after) {
      nodes {
        incidentId
        title
        priority
        severity
        status
        openedAt
        resolvedAt
        owner
        impact {
          affectedCustomers
          dollarsPerMinute
          score
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** All of one incident that its page shows. */
export const INCIDENT = graphql(
  `
    query Incident($incidentId: String!) {
      incident(incidentId: $incidentId) {
        incidentId
        title
        priority
        severity
        status
        scope
        key
        rule
        because
        onsetAt
        openedAt
        acknowledgedAt
        resolvedAt
        owner
        note
        snoozedUntil
        detect
        isDetectedInTime
        muted {
          by
          because
          until
        }
        impact {
          score
          dollarsPerMinute
          affectedCustomers
          byTier {
            tier1
            tier2
            tier3
          }
        }
        peakImpact {
          score
          dollarsPerMinute
          affectedCustomers
        }
        evidence {
          rule
          text
          value
          threshold
          window
          good
          bad
          coverage
          detail
        }
        causes {
          kind
          verdict
          subjectId
          because
          score
          explained
          release {
            softwareVersion
            configRev
          }
        }
        escalation {
          state
          level
          levels
          next
          nextAt
          because
          heldBy
          policy
        }
        calls {
          at
          to
          because
        }
        alerts(first: 50) {
          alertId
          rule
          scope
          key
          severity
          state
          firedAt
          resolvedAt
          because
        }
        customers(first: 100) {
          asOf
          source
          affectedCustomers
          customers {
            customerId
            name
            tier
            critical
            failing
            dollarsPerMinute
          }
        }
        deliveries(first: 50) {
          deliveryId
          channel
          person
          action
          status
          requestedAt
          finishedAt
          dueAt
          attemptCount
          lastStatus
          lastDetail
          fellOverTo
        }
        rollbacks(first: 10) {
          rollbackId
          rolloutId
          ...RollbackFields
          decidedBy
          waves {
            ...WaveFields
          }
        }
        redirects(first: 10) {
          redirectId
          scope
          key
          status
          because
          decidedAt
          endedAt
        }
        fallbacks(first: 20) {
          fallbackId
          customerId
          provider
          status
          isDryRun
          because
          decidedAt
        }
        statusUpdates(first: 20) {
          n
          status
          state
          title
          text
          workaround
          impact
          regions
          draftedAt
          publishBy
          publishedAt
          settledBy
          because
          isReviewed
        }
        whyNot {
          by
          because
          at
        }
      }
    }
  `,
  [ROLLBACK_FIELDS, WAVE_FIELDS],
);

/** Everything that happened to an incident and to what belongs to it, in the one order. */
export const INCIDENT_EVENTS = graphql(`
  query IncidentEvents($incidentId: String!, $after: String) {
    events(incidentId: $incidentId, first: 200, after: $after) {
      nodes {
        position
        recordedAt
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

/** All that the page of an incident shows. */
export type IncidentAnswer = NonNullable<ResultOf<typeof INCIDENT>['incident']>;
/** An incident in a list. */
export type IncidentRow = ResultOf<typeof INCIDENTS>['incidents']['nodes'][number];

/** Gives it to another. */
export const HAND_OVER = graphql(`
  mutation HandOver($input: HandOverIncidentInput!) {
    handOverIncident(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Lets nobody be called for a while. */
export const SNOOZE = graphql(`
  mutation Snooze($input: SnoozeIncidentInput!) {
    snoozeIncident(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Writes something down. */
export const NOTE = graphql(`
  mutation Note($input: NoteIncidentInput!) {
    noteIncident(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Asks that a release be rolled back. */
export const ROLL_BACK = graphql(`
  mutation RollBack($input: RequestRollbackInput!) {
    requestRollback(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** What a rollback would do; nothing is written. */
export const ROLLBACK_PREVIEW = graphql(`
  query RollbackPreview($rolloutId: String!) {
    rollbackPreview(rolloutId: $rolloutId) {
      rollbackId
      waves
      first
      from {
        softwareVersion
        configRev
      }
      to {
        softwareVersion
        configRev
      }
      binding {
        rail
        holds
        detail
      }
      warnings {
        rail
        holds
        detail
      }
      rollback {
        status
      }
    }
  }
`);
/** Publishes a draft, as it is or as it was edited. */
export const PUBLISH = graphql(`
  mutation Publish($input: PublishStatusUpdateInput!) {
    publishStatusUpdate(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Throws a draft away. */
export const DISCARD = graphql(`
  mutation Discard($input: DiscardStatusUpdateInput!) {
    discardStatusUpdate(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** The report of an incident that is over, or of what is known so far. */
export const POST_MORTEM = graphql(
  'query PostMortem($incidentId: String!) { postMortem(incidentId: $incidentId) { markdown } }',
);
