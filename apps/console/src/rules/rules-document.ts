import { graphql, type ResultOf } from '../api/graphql.js';

/** The rules in force, where they came from, and every set before them. */
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
    ruleHistory(first: 20) {
      nodes {
        version
        source
        loadedAt
        loadedBy
        ruleCount
        sha256
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
