import { graphql } from './graphql.js';

/** How a rollback stands: from where to where, why, and what each of its rails says. */
export const ROLLBACK_FIELDS = graphql(`
  fragment RollbackFields on Rollback {
    status
    because
    decidedAt
    endedAt
    from {
      softwareVersion
      configRev
    }
    to {
      softwareVersion
      configRev
    }
    rails {
      rail
      holds
      detail
    }
    refusals {
      rail
      because
      at
    }
  }
`);

/** A wave of it, with what its nodes answered. */
export const WAVE_FIELDS = graphql(`
  fragment WaveFields on Wave {
    wave
    status
    nodes
    commandedAt
    verifiedAt
    because
    answers {
      nodeId
      status
      answeredAt
    }
  }
`);
