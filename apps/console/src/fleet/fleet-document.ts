import { graphql, type ResultOf } from '../api/graphql.js';

/** Nodes with what was counted of each. */
export const NODES = graphql(`
  query Nodes($after: String) {
    fleetNodes(first: 500, after: $after) {
      nodes {
        nodeId
        pop
        region
        lastEventAt
        counted
        published
        late
        rejected
        gap
        difference
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
/** What rules say of nodes, PoPs and regions now, and which release rollouts brought where. */
export const FLEET = graphql(`
  query Fleet {
    alerts(first: 500, state: [pending, firing, unknown, recovering]) {
      nodes {
        alertId
        rule
        scope
        key
        state
        severity
      }
      pageInfo {
        hasNextPage
      }
    }
    rollouts(first: 20) {
      nodes {
        rolloutId
        service
        release {
          softwareVersion
          configRev
        }
        previous {
          softwareVersion
          configRev
        }
        nodes
        stages {
          nodes
        }
        rollback {
          to {
            softwareVersion
            configRev
          }
          waves {
            status
            nodes
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);
/** One node. */
export const NODE = graphql(`
  query FleetNode($nodeId: String!) {
    fleetNode(nodeId: $nodeId) {
      nodeId
      pop
      region
      address
      lastEventAt
      batches
      counted
      published
      late
      rejected
      gap
      gapBatches
      difference
      duplicates
      unreadable
    }
  }
`);
/** What one node answered: at most ten minutes of one answer, as of every family with a key per node. */
export const NODE_SERIES = graphql(`
  query NodeSeries($nodeId: String!, $from: DateTime!, $to: DateTime!) {
    windows(family: node, key: $nodeId, from: $from, to: $to, step: 10000) {
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

/** A node in a list. */
export type NodeRow = ResultOf<typeof NODES>['fleetNodes']['nodes'][number];
/** One node with all that was counted of it. */
export type NodeAnswer = NonNullable<ResultOf<typeof NODE>['fleetNode']>;
/** What rules and rollouts say of the fleet. */
export type FleetAnswer = ResultOf<typeof FLEET>;
/** An alert that is open. */
export type FleetAlert = FleetAnswer['alerts']['nodes'][number];
/** What a rollout brought where. */
export type FleetRollout = FleetAnswer['rollouts']['nodes'][number];
/** A step of what one node answered. */
export type NodeStep = NonNullable<ResultOf<typeof NODE_SERIES>['windows']>['windows'][number];
