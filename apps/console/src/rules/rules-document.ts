import { graphql, type ResultOf } from '../api/graphql.js';

/** The rules in force, and where they came from. */
export const RULES = graphql(`
  query Rules {
    rules {
      version
      source
      loadedAt
      loadedBy
      ruleCount
      sha256
      warnings
      refused {
        at
        source
        problems
      }
      rules {
        name
        signal
        percentile
        comparison
        threshold
        window
        for
        keepFiringFor
        severity
        scopes
        outcomesMin
        actions {
          do
        }
      }
    }
  }
`);
/** Every set of rules that was loaded, newest first. */
export const RULE_SETS = graphql(`
  query RuleSets($after: String) {
    ruleHistory(first: 50, after: $after) {
      nodes {
        version
        source
        loadedAt
        loadedBy
        ruleCount
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** Why a rule did not fire, for a subject and a moment. */
export const WHY_NOT = graphql(`
  query WhyNot($rule: String!, $subject: String, $at: DateTime) {
    whyNot(rule: $rule, subject: $subject, at: $at) {
      rule
      at
      verdict
      because
      lines
      margin
      threshold
      value
      subject {
        scope
        key
      }
      events {
        eventId
        text
      }
    }
  }
`);
/** Reads the files of the rules again. */
export const RELOAD_RULES = graphql(`
  mutation ReloadRules($input: ReloadRulesInput!) {
    reloadRules(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

/** A rule as it is in force. */
export type RuleShown = NonNullable<ResultOf<typeof RULES>['rules']>['rules'][number];
