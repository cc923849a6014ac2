import { graphql, type ResultOf } from '../api/graphql.js';
import { ROLLBACK_FIELDS, WAVE_FIELDS } from '../api/rollback-fields.js';

/**
 * What is open and what the automation may do, of one moment of the log. Of the incidents only what tells the gravest: the newest is
 * seldom the one that counts.
 */
export const NOW = graphql(`
  query Now {
    headPosition
    automation {
      isOn
      lastSwitch {
        isOn
        at
        by
        comment
      }
      rateRail {
        at
        because
        plans
      }
      services {
        service
        mode {
          mode
          at
          by
        }
      }
    }
    ended: incidents(first: 50, status: [resolved]) {
      nodes {
        resolvedAt
      }
    }
    open: incidents(first: 100, status: [open, acknowledged]) {
      nodes {
        incidentId
        title
        priority
        severity
        openedAt
        onsetAt
        acknowledgedAt
      }
      pageInfo {
        hasNextPage
      }
    }
    rollouts(first: 5) {
      nodes {
        rolloutId
        service
        status
        stage
        changedAt
        release {
          softwareVersion
          configRev
        }
        previous {
          softwareVersion
          configRev
        }
        stages {
          stage
          reachedAt
        }
      }
    }
  }
`);

/** All that Now shows of the one incident that it speaks of, but for whom it hurts. */
export const INCIDENT_NOW = graphql(
  `
    query IncidentNow($incidentId: String!) {
      headPosition
      incident(incidentId: $incidentId) {
        incidentId
        status
        onsetAt
        openedAt
        acknowledgedAt
        owner
        snoozedUntil
        evidence {
          rule
          text
        }
        escalation {
          state
          level
          levels
          next
          nextAt
          because
          heldBy
        }
        causes {
          kind
          verdict
          subjectId
          because
          failingWith
          failingWithout
          onsetAfter
          release {
            softwareVersion
            configRev
          }
        }
        deliveries(first: 20) {
          deliveryId
          channel
          person
          action
          status
          requestedAt
          finishedAt
          dueAt
          attemptCount
          lastDetail
          fellOverTo
        }
        rollbacks(first: 3) {
          rollbackId
          rolloutId
          ...RollbackFields
          waves {
            ...WaveFields
          }
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

/**
 * Whom it hurts, the whole fleet and the incident that the page speaks of. By itself, since telemetry that cannot be read must not take
 * away what events say: who has it, and what the automation does.
 */
export const IMPACT_NOW = graphql(`
  query ImpactNow($incidentId: String!, $isOpen: Boolean!) {
    impact {
      asOf
      score
      dollarsPerMinute
      affectedCustomers
      byTier {
        tier1
        tier2
        tier3
      }
      regions {
        region
        order
        affectedCustomers
        dollarsPerMinute
      }
    }
    incident(incidentId: $incidentId) @include(if: $isOpen) {
      incidentId
      customers(first: 50) {
        asOf
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
    }
  }
`);

/** Whom the fleet hurt since a moment, where no incident says it. */
export const HURT_SINCE = graphql(`
  query HurtSince($since: DateTime!) {
    affectedCustomers(first: 50, since: $since) {
      customers {
        customerId
        name
        tier
        critical
        failing
        dollarsPerMinute
      }
    }
  }
`);

/** What is open, and what the automation may do. */
export type NowAnswer = ResultOf<typeof NOW>;
/** What tells the gravest of the incidents that are not over. */
export type OpenTitle = NowAnswer['open']['nodes'][number];
/** The incident that the page speaks of. */
export type OpenIncident = NonNullable<ResultOf<typeof INCIDENT_NOW>['incident']>;
/** A rollout that runs, or is over; the newest five are asked for. */
export type RolloutNow = NowAnswer['rollouts']['nodes'][number];
/** Whom it hurts. */
export type ImpactAnswer = ResultOf<typeof IMPACT_NOW>;
/** Whom the whole fleet hurts. */
export type FleetImpact = ImpactAnswer['impact'];

/**
 * Success and latency of the fleet; without bounds over the last ten minutes, by the clock of the API and not by ours. By its name, so that
 * every step is answered: one in which nothing was asked is a hole, and no line is drawn over it.
 */
export const FLEET_SERIES = graphql(`
  query FleetSeries($step: Duration!, $from: DateTime, $to: DateTime) {
    windows(family: fleet, key: "fleet", step: $step, from: $from, to: $to) {
      windows {
        from
        success
        p99
        good
        bad
        timeout
      }
    }
  }
`);

/** The same of each release in each region: what fails with a release, beside what does not have it. */
export const RELEASE_SERIES = graphql(`
  query ReleaseSeries($step: Duration!, $from: DateTime, $to: DateTime) {
    windows(family: release_region, step: $step, from: $from, to: $to) {
      windows {
        from
        key
        good
        bad
        timeout
      }
    }
  }
`);

/** The fleet in one minute, and who was hurt in it: to compare this week with the last. */
export const MINUTE = graphql(`
  query Minute($from: DateTime!, $to: DateTime!) {
    windows(family: fleet, step: 60000, from: $from, to: $to) {
      windows {
        success
        p99
        good
        bad
      }
    }
    affectedCustomers(first: 1, since: $from, until: $to) {
      affectedCustomers
      dollarsPerMinute
    }
  }
`);

/** One minute of the fleet. */
export type MinuteAnswer = ResultOf<typeof MINUTE>;
