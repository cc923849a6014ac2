import { graphql, type ResultOf } from '../api/graphql.js';
import { ROLLBACK_FIELDS, WAVE_FIELDS } from '../api/rollback-fields.js';

/** Rollouts, newest first. */
export const ROLLOUTS = graphql(`
  query Rollouts($after: String) {
    rollouts(first: 50, after: $after) {
      nodes {
        rolloutId
        service
        status
        stage
        mode
        because
        declaredAt
        changedAt
        release {
          softwareVersion
          configRev
        }
        nodes
        stages {
          nodes
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** One rollout: its stages, what each gate rests on, and what was done. */
export const ROLLOUT = graphql(
  `
    query Rollout($rolloutId: String!) {
      rollout(rolloutId: $rolloutId) {
        rolloutId
        service
        status
        stage
        mode
        origin
        because
        declaredAt
        declaredBy
        startedAt
        changedAt
        nodes
        rollbackId
        release {
          softwareVersion
          configRev
        }
        previous {
          softwareVersion
          configRev
        }
        plan {
          watch
          stages {
            name
            sharePercent
            duration
            needsApproval
          }
        }
        stages {
          stage
          reachedAt
          nodes
        }
        gates(first: 20) {
          n
          stage
          verdict
          phase
          because
          beganAt
          decidedAt
          cohort {
            good
            bad
          }
          control {
            good
            bad
          }
          overdue
          tests {
            test
            verdict
            nats
            promoteNats
            stopNats
            detail
          }
        }
        preflight {
          missing {
            item
            detail
          }
          risk {
            risk
            text
            by
            at
          }
          overridden {
            by
            at
            comment
            items
          }
        }
        rollbacks(first: 10) {
          rollbackId
          ...RollbackFields
          waves {
            ...WaveFields
          }
        }
        updates {
          nodeId
          stage
          status
          detail
          updatedAt
        }
        why(first: 100) {
          position
          at
          type
          actor
          text
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

/** What of a rollout decides whether it can be taken back. */
export const ATTEMPTS = graphql(`
  query RollbackAttempts($rolloutId: String!) {
    rollout(rolloutId: $rolloutId) {
      release {
        softwareVersion
        configRev
      }
      rollbacks(first: 10) {
        status
      }
    }
  }
`);

/** All that the page of a rollout shows. */
export type RolloutAnswer = NonNullable<ResultOf<typeof ROLLOUT>['rollout']>;
/** A rollout in a list. */
export type RolloutRow = ResultOf<typeof ROLLOUTS>['rollouts']['nodes'][number];

/** Says yes to a stage that its gate let pass: the next may begin. */
export const APPROVE_STAGE = graphql(`
  mutation ApproveStage($input: ApproveStageInput!) {
    approveStage(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Stops a rollout where it is. */
export const HALT = graphql(`
  mutation Halt($input: HaltRolloutInput!) {
    haltRollout(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Begins a rollout that was declared. */
export const START = graphql(`
  mutation Start($input: StartRolloutInput!) {
    startRollout(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** What a halt would do. */
export const HALT_PREVIEW = graphql(`
  query HaltPreview($rolloutId: String!) {
    haltPreview(rolloutId: $rolloutId) {
      effect
      isNew
      state
      keeps
      stops
    }
  }
`);
/** What a start would do. */
export const START_PREVIEW = graphql(`
  query StartPreview($rolloutId: String!) {
    startPreview(rolloutId: $rolloutId) {
      effect
      isNew
      state
      stage
      sharePercent
      nodes
      missing {
        item
        detail
      }
    }
  }
`);
