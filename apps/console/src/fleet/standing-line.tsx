import { graphql } from '../api/graphql.js';
import { useLive } from '../api/live-context.js';
import { useAnswer } from '../api/use-answer.js';
import { Reading } from '../ui/reading.js';
import { serverNow } from './presence.js';
import { standingText } from './standing.js';

const STANDING = graphql(`
  query Standing {
    alerts(first: 100, state: [firing, unknown]) {
      nodes {
        alertId
      }
      pageInfo {
        hasNextPage
      }
    }
    open: incidents(first: 100, status: [open, acknowledged]) {
      nodes {
        incidentId
      }
      pageInfo {
        hasNextPage
      }
    }
    ended: incidents(first: 1, status: [resolved]) {
      nodes {
        resolvedAt
      }
    }
    fleetNodes(first: 500) {
      nodes {
        lastEventAt
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const EVERY_MS = 10_000;

/** Whether anything is wrong, since when nothing is, and how many nodes say so: an empty list alone would look the same without telemetry. */
export const StandingLine = ({ of }: { readonly of: 'alerts' | 'incidents' }) => {
  const answer = useAnswer('standing', STANDING, {}, { follows: ['incident-', 'alert-'], everyMs: EVERY_MS });
  // Of when the nodes were read: while the page is held still, or Tocsin is away, they are not silent for that.
  const now = serverNow(answer.dataUpdatedAt, useLive());
  return (
    <Reading of="how it stands" answer={answer}>
      {({ alerts, open, ended, fleetNodes }) => (
        <p>
          {standingText(
            of === 'alerts' ? 'firing or unknown' : 'open',
            {
              open: (of === 'alerts' ? alerts : open).nodes.length,
              areMoreOpen: (of === 'alerts' ? alerts : open).pageInfo.hasNextPage,
              endedAt: ended.nodes[0]?.resolvedAt ?? null,
              heard: fleetNodes.nodes.map(({ lastEventAt }) => lastEventAt),
              isMore: fleetNodes.pageInfo.hasNextPage,
            },
            now,
          )}
        </p>
      )}
    </Reading>
  );
};
