import { graphql, type ResultOf } from '../api/graphql.js';
import { ROLLBACK_FIELDS, WAVE_FIELDS } from '../api/rollback-fields.js';

/** What Tocsin may do by itself, and what waits for a person. */
export const AUTOMATION = graphql(`
  query Automation {
    automation {
      isOn
      lastSwitch {
        at
        by
        comment
        isOn
      }
      rateRail {
        at
        because
        plans
        rollbackId
      }
      services {
        service
        mode {
          mode
          at
          by
          comment
        }
        rateReset {
          at
          by
          comment
        }
      }
    }
    approvals {
      kind
      rawId
      because
      service
      stage
      incidentId
      since
      expiresAt
      roles
    }
    breakers(first: 50) {
      nodes {
        service
        status
        because
        changedAt
        healthy
        unhealthy
        running {
          updateId
          nodeId
        }
      }
    }
    rollouts(first: 100) {
      nodes {
        service
      }
    }
  }
`);
/** The newest rollbacks with their rails and waves. */
export const ROLLBACKS = graphql(
  `
    query Rollbacks {
      rollbacks(first: 10) {
        nodes {
          rollbackId
          rolloutId
          incidentId
          service
          openableRails
          ...RollbackFields
          waves {
            ...WaveFields
            steps {
              nodeId
              step
              status
              detail
              answeredAt
            }
          }
        }
      }
    }
  `,
  [ROLLBACK_FIELDS, WAVE_FIELDS],
);
/** What a proposed rollback takes back. */
export const PROPOSED = graphql(`
  query ProposedRollback($rollbackId: String!) {
    rollback(rollbackId: $rollbackId) {
      rollout {
        rolloutId
        release {
          softwareVersion
          configRev
        }
      }
    }
  }
`);
/** How often the overrides are read without any event: one that nobody votes on ends by itself. */
export const OVERRIDES_MS = 10_000;
/** Overrides with their votes. */
export const OVERRIDES = graphql(`
  query Overrides {
    overrides(first: 20) {
      nodes {
        overrideId
        rollbackId
        rails
        status
        because
        comment
        requestedAt
        requestedBy
        expiresAt
        endedAt
        checklist {
          affectedCustomers
          dollarsPerHour
          isCritical
          resolutionEta
        }
        votes {
          at
          by
          role
          isApproved
          comment
        }
      }
    }
  }
`);
/** Regions and PoPs that traffic was led away from. */
export const REDIRECTS = graphql(`
  query Redirects {
    redirects(first: 20) {
      nodes {
        redirectId
        incidentId
        scope
        key
        status
        because
        decidedAt
        endedAt
        nodes
        rails {
          rail
          holds
          detail
        }
        refusals {
          rail
          because
        }
        answers {
          nodeId
          action
          status
          answeredAt
        }
      }
    }
  }
`);
/** Customers that were led to a public resolver. */
export const FALLBACKS = graphql(`
  query Fallbacks {
    fallbacks(first: 20) {
      nodes {
        fallbackId
        customerId
        incidentId
        provider
        status
        isDryRun
        because
        decidedAt
        endedAt
        answers {
          step
          status
          detail
          at
        }
      }
    }
  }
`);
/** What the end of a redirect would do. */
export const REDIRECT_END_PREVIEW = graphql(`
  query RedirectEndPreview($redirectId: String!) {
    redirectEndPreview(redirectId: $redirectId) {
      effect
      isNew
      away
    }
  }
`);

/** Switches everything that commands on or off. */
export const SWITCH = graphql(`
  mutation Switch($input: SwitchAutomationInput!) {
    switchAutomation(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Says how far Tocsin goes with a service. */
export const SET_MODE = graphql(`
  mutation SetMode($input: SetAutomationModeInput!) {
    setAutomationMode(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Closes the rate rail of a service again. */
export const RESET_RATE = graphql(`
  mutation ResetRate($input: ResetRateInput!) {
    resetRate(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Says yes to a rollback that was proposed. */
export const APPROVE_ROLLBACK = graphql(`
  mutation ApproveRollback($input: ApproveRollbackInput!) {
    approveRollback(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Asks three people to open rails that refused. */
export const REQUEST_OVERRIDE = graphql(`
  mutation RequestOverride($input: RequestOverrideInput!) {
    requestOverride(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Votes on an override. */
export const VOTE = graphql(`
  mutation Vote($input: VoteOnOverrideInput!) {
    voteOnOverride(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Ends a redirect that stopped. */
export const END_REDIRECT = graphql(`
  mutation EndRedirect($input: EndRedirectInput!) {
    endRedirect(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

/** All that the page says at once. */
export type AutomationAnswer = ResultOf<typeof AUTOMATION>;
/** Something that waits for a yes. */
export type Approval = AutomationAnswer['approvals'][number];
/** A rollback with its rails and waves. */
export type RollbackRow = ResultOf<typeof ROLLBACKS>['rollbacks']['nodes'][number];
/** An override with its votes. */
export type OverrideRow = ResultOf<typeof OVERRIDES>['overrides']['nodes'][number];
/** A redirect of traffic. */
export type RedirectRow = ResultOf<typeof REDIRECTS>['redirects']['nodes'][number];
/** A fallback of a customer. */
export type FallbackRow = ResultOf<typeof FALLBACKS>['fallbacks']['nodes'][number];
