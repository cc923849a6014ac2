import { graphql, type ResultOf } from '../api/graphql.js';

/** All customers, critical ones first. */
export const CUSTOMERS = graphql(`
  query Customers($after: String) {
    customers(first: 500, after: $after) {
      nodes {
        customerId
        name
        tier
        critical
        sector
        countries
        sites
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** Who was hurt in a time, the critical ones first; or one customer, if it was. */
export const AFFECTED = graphql(`
  query Affected($since: DateTime!, $until: DateTime, $customerId: String) {
    affectedCustomers(first: 500, since: $since, until: $until, customerId: $customerId) {
      from
      to
      affectedCustomers
      dollarsPerMinute
      byTier {
        tier1
        tier2
        tier3
      }
      customers {
        customerId
        failing
        minutes
        firstAt
        lastAt
        dollarsPerMinute
      }
    }
  }
`);
/** What customers were written, by customer, and of which updates the public was told. */
export const TOLD = graphql(`
  query Told {
    deliveries(first: 500, channel: "notice") {
      nodes {
        dedupKey
        status
        requestedAt
        finishedAt
      }
      pageInfo {
        hasNextPage
      }
    }
    statusUpdates(first: 50, status: [published]) {
      nodes {
        incidentId
        publishedAt
        customers {
          customerId
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);
/** One customer. */
export const CUSTOMER = graphql(`
  query Customer($customerId: String!) {
    customer(customerId: $customerId) {
      customerId
      name
      tier
      critical
      sector
      countries
      sites
      zones
    }
  }
`);
/** What one customer was answered: at most ten minutes of one answer, as of every family with a key per customer. */
export const CUSTOMER_SERIES = graphql(`
  query CustomerSeries($customerId: String!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
    windows(family: customer, key: $customerId, from: $from, to: $to, step: $step) {
      windows {
        from
        success
        good
        bad
        timeout
        p99
      }
    }
  }
`);
/** The newest incidents, to find those that lie in a time. */
export const INCIDENT_TIMES = graphql(`
  query IncidentTimes {
    incidents(first: 100) {
      nodes {
        incidentId
        title
        priority
        severity
        status
        onsetAt
        openedAt
        resolvedAt
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

/** Where those are that are hurt now: by their home, and by part of the world. */
export const PLACES = graphql(`
  query Places {
    impact {
      asOf
      affectedCustomers
      countries {
        place
        affectedCustomers
        dollarsPerMinute
        sites
        sitesPercent
      }
      worldRegions {
        place
        affectedCustomers
        dollarsPerMinute
        sites
        sitesPercent
      }
    }
  }
`);
/** A country, or a part of the world. */
export type PlaceShown = ResultOf<typeof PLACES>['impact']['countries'][number];

/** A customer in a list. */
export type CustomerRow = ResultOf<typeof CUSTOMERS>['customers']['nodes'][number];
/** Who was hurt in the time asked for. */
export type Affected = NonNullable<ResultOf<typeof AFFECTED>['affectedCustomers']>;
/** What customers were written. */
export type ToldAnswer = ResultOf<typeof TOLD>;
/** A step of what a customer was answered. */
export type SeriesStep = NonNullable<ResultOf<typeof CUSTOMER_SERIES>['windows']>['windows'][number];
/** An incident, and when it was. */
export type IncidentTime = ResultOf<typeof INCIDENT_TIMES>['incidents']['nodes'][number];
