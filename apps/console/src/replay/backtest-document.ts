import { graphql, type ResultOf } from '../api/graphql.js';

/** Puts other rules over a recorded time. */
export const BEGIN_BACKTEST = graphql(`
  mutation BeginBacktest($input: BeginBacktestInput!) {
    beginBacktest(input: $input) {
      backtest {
        backtestId
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

/** How far one is, and what it found. */
export const BACKTEST = graphql(`
  query Backtest($backtestId: String!) {
    backtest(backtestId: $backtestId) {
      status
      askedAt
      progress
      outcomes
      failure
      result {
        from
        to
        outcomes
        isReproduced
        faults
        before {
          alerts
          found
          pages
          falsePages
          rollbacks
        }
        after {
          alerts
          found
          pages
          falsePages
          rollbacks
        }
        rules {
          rule
          alertsBefore
          alertsAfter
          delayBefore
          delayAfter
          falseAlertsBefore
          falseAlertsAfter
        }
        differences {
          change
          kind
          action
          about
          beforeAt
          afterAt
          text
        }
        differing
        same
        worse
        shortened
      }
    }
  }
`);
/** One, as it is told. */
export type ToldBacktest = NonNullable<ResultOf<typeof BACKTEST>['backtest']>;
/** What one found. */
export type BacktestFound = NonNullable<ToldBacktest['result']>;
