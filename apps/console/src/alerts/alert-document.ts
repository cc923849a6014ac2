import { graphql, type ResultOf } from '../api/graphql.js';

/** Alerts, newest first. */
export const ALERTS = graphql(`
  query Alerts($after: String, $state: [AlertState!]) {
    alerts(first: 100, after: $after, state: $state) {
      nodes {
        alertId
        rule
        scope
        key
        severity
        state
        begunAt
        firedAt
        resolvedAt
        flapping
        because
        muted {
          by
          because
        }
        incidentId
        evidence {
          text
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** One alert, with why it is as it is and what holds it back. */
export const ALERT = graphql(`
  query Alert($alertId: String!) {
    alert(alertId: $alertId) {
      alertId
      rule
      scope
      key
      severity
      state
      begunAt
      firedAt
      changedAt
      resolvedAt
      flapping
      isLate
      because
      runbook
      incidentId
      labels {
        name
        value
      }
      annotations {
        name
        value
      }
      muted {
        by
        because
        until
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
      ruleInForce {
        name
        signal
        comparison
        threshold
        window
        for
        keepFiringFor
        scopes
        severity
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
`);

/** All that the page of an alert shows. */
export type AlertAnswer = NonNullable<ResultOf<typeof ALERT>['alert']>;
/** An alert in a list. */
export type AlertRow = ResultOf<typeof ALERTS>['alerts']['nodes'][number];

/** Holds pages back, for alerts that its labels choose. */
export const SILENCE = graphql(`
  mutation AddSilence($input: AddSilenceInput!) {
    addSilence(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** What a silence would hold back now. */
export const SILENCES = graphql(`
  query Silences {
    silences(first: 50) {
      nodes {
        silenceId
        status
        comment
        createdBy
        startsAt
        endsAt
        endsSoon
        alertsMuted
        where {
          label
          patterns
        }
      }
    }
  }
`);
/** Ends a silence before its time. */
export const EXPIRE = graphql(`
  mutation ExpireSilence($input: ExpireSilenceInput!) {
    expireSilence(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
