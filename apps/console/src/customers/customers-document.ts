import { graphql, type ResultOf } from '../api/graphql.js';

/** Customers of a tier, a sector or a country, by id. */
export const CUSTOMERS = graphql(`
  query Customers($after: String, $tier: Tier, $sector: String, $country: String) {
    customers(first: 500, after: $after, tier: $tier, sector: $sector, country: $country) {
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
/** Who was hurt in a time, the critical ones first. */
export const AFFECTED = graphql(`
  query Affected($since: DateTime!, $until: DateTime) {
    affectedCustomers(first: 500, since: $since, until: $until) {
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
        name
        tier
        critical
        sector
        failing
        minutes
        firstAt
        lastAt
        dollarsPerMinute
        domains
      }
    }
  }
`);

/** A customer in a list. */
export type CustomerRow = ResultOf<typeof CUSTOMERS>['customers']['nodes'][number];
/** A customer who was hurt in the time asked for. */
export type AffectedRow = NonNullable<ResultOf<typeof AFFECTED>['affectedCustomers']>['customers'][number];
