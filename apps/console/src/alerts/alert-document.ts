import { graphql, type ResultOf } from '../api/graphql.js';
import type { Tone } from '../ui/mark.js';

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
        percentile
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

/** How a state of an alert is shown; unknown is no good state. */
export const ALERT_TONES: Readonly<Record<AlertRow['state'], Tone>> = {
  pending: 'warn',
  firing: 'bad',
  unknown: 'still',
  recovering: 'warn',
  resolved: 'good',
};

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
/** What a silence would hold back now; nothing is recorded. */
export const SILENCE_PREVIEW = graphql(`
  query SilencePreview($where: [SelectedInput!]!, $duration: Duration!) {
    silencePreview(where: $where, duration: $duration) {
      endsAt
      compared
      alerts {
        alertId
        rule
        key
        severity
        state
      }
    }
  }
`);
/** What was recorded of one alert, in its order. */
export const ALERT_CHANGES = graphql(`
  query AlertChanges($stream: String!, $after: String) {
    events(first: 500, stream: $stream, after: $after) {
      nodes {
        recordedAt
        type
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** What was counted of that which an alert is about. */
export const SUBJECT_SERIES = graphql(`
  query SubjectSeries($family: Family!, $key: String!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
    windows(family: $family, key: $key, from: $from, to: $to, step: $step) {
      windows {
        from
        success
        good
        bad
        p99
      }
    }
  }
`);
/** A step of it. */
export type SubjectStep = NonNullable<ResultOf<typeof SUBJECT_SERIES>['windows']>['windows'][number];
/** Silences, those that are not over first. */
export const SILENCES = graphql(`
  query Silences($after: String) {
    silences(first: 100, after: $after) {
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
      pageInfo {
        hasNextPage
        endCursor
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
