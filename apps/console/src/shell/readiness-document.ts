import { graphql, type ResultOf } from '../api/graphql.js';

/** Whether the process that answers can do its work. */
export const READINESS = graphql(`
  query Readiness {
    readiness {
      isReady
      unready {
        part
        because
      }
      notices {
        part
        because
      }
    }
  }
`);

/** What the process that answers says of itself. */
export type Readiness = ResultOf<typeof READINESS>['readiness'];
