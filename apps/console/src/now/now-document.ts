import { graphql, type ResultOf } from '../api/graphql.js';
import { ROLLBACK_FIELDS, WAVE_FIELDS } from '../api/rollback-fields.js';

/** All that the page says but for the figures of telemetry, in one question: its parts are of one moment. */
export const NOW = graphql(
  `
    query Now {
      headPosition
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
          failing
          dollarsPerMinute
        }
      }
      automation {
        isOn
        lastSwitch {
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
      ended: incidents(first: 1, status: [resolved]) {
        nodes {
          incidentId
          resolvedAt
        }
      }
      incidents(first: 5, status: [open, acknowledged]) {
        nodes {
          incidentId
          title
          priority
          severity
          status
          scope
          key
          rule
          onsetAt
          openedAt
          acknowledgedAt
          owner
          snoozedUntil
          impact {
            score
            dollarsPerMinute
            affectedCustomers
          }
          evidence {
            rule
            text
            signal
            value
            threshold
            window
            good
            bad
            coverage
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
            explained
            failingWith
            failingWithout
            onsetAfter
            regions
            release {
              softwareVersion
              configRev
            }
          }
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
      rollouts(first: 5) {
        nodes {
          rolloutId
          service
          status
          stage
          because
          declaredAt
          startedAt
          changedAt
          nodes
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
            nodes
          }
        }
      }
    }
  `,
  [ROLLBACK_FIELDS, WAVE_FIELDS],
);

/** All that Now shows but for the figures of telemetry. */
export type NowAnswer = ResultOf<typeof NOW>;
/** An incident that is not resolved. */
export type OpenIncident = NowAnswer['incidents']['nodes'][number];
/** A rollout that runs, or ended a short while ago. */
export type RolloutNow = NowAnswer['rollouts']['nodes'][number];

/** Success and latency of the fleet; without bounds over the last ten minutes, by the clock of the API and not by ours. */
export const FLEET_SERIES = graphql(`
  query FleetSeries($step: Duration!, $from: DateTime, $to: DateTime) {
    windows(family: fleet, step: $step, from: $from, to: $to) {
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

/** What each PoP answered in the last minutes. */
export const POP_SERIES = graphql(`
  query PopSeries($step: Duration!) {
    windows(family: pop, step: $step) {
      windows {
        from
        key
        good
        bad
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
