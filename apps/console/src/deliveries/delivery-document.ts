import { graphql } from '../api/graphql.js';

/** Sends a delivery again. */
export const RETRY = graphql(`
  mutation Retry($input: RetryDeliveryInput!) {
    retryDelivery(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
