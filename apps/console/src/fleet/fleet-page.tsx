import { useAnswer } from '../api/use-answer.js';
import { graphql, type ResultOf } from '../api/graphql.js';
import { useLive } from '../api/live-context.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { Card } from '../ui/card.js';
import { count, latency, percent } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';

const NODES = graphql(`
  query Nodes($after: String) {
    fleetNodes(first: 500, after: $after) {
      nodes {
        nodeId
        pop
        region
        address
        lastEventAt
        counted
        published
        late
        rejected
        gap
        difference
        duplicates
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
type NodeRow = ResultOf<typeof NODES>['fleetNodes']['nodes'][number];

/** As the rules call a node silent that said nothing for so long. */
const SILENT_MS = 15_000;

/** Whether a node is heard: what never spoke and what fell silent are not the same, and neither is well. */
export const presenceOf = (lastEventAt: string | null, now: number): readonly [Tone, string] => {
  if (lastEventAt === null) return ['still', 'never heard'];
  const age = now - Date.parse(lastEventAt);
  return age >= SILENT_MS ? ['bad', `silent for ${lengthOf(age)}`] : ['good', 'heard'];
};

const Presence = ({ node: { lastEventAt } }: { readonly node: NodeRow }) => {
  const [tone, word] = presenceOf(lastEventAt, useNow());
  return <Mark tone={tone}>{word}</Mark>;
};

/** Share of what a node says it published that is counted, refused with a reason, or known to be missing. */
const completeness = ({ published, difference }: NodeRow): string => {
  if (published === null || difference === null) return 'it does not say';
  return difference === 0
    ? 'complete'
    : `${count(Math.abs(difference))} ${difference > 0 ? 'in no term' : 'counted twice'}`;
};

const COLUMNS = [
  { heading: 'Node', cell: ({ nodeId }: NodeRow) => nodeId },
  { heading: 'PoP', cell: ({ pop }: NodeRow) => pop },
  { heading: 'Region', cell: ({ region }: NodeRow) => region },
  { heading: 'Presence', cell: (node: NodeRow) => <Presence node={node} /> },
  { heading: 'Counted', isNumber: true, cell: ({ counted }: NodeRow) => count(counted) },
  { heading: 'Late', isNumber: true, cell: ({ late }: NodeRow) => count(late) },
  { heading: 'Refused', isNumber: true, cell: ({ rejected }: NodeRow) => count(rejected) },
  { heading: 'Missing', isNumber: true, cell: ({ gap }: NodeRow) => (gap === null ? '—' : count(gap)) },
  { heading: 'Completeness', cell: completeness },
];

const Regions = () => {
  const { health } = useLive();
  return (
    <Card title="Regions, last minute">
      <Rows
        label="Regions"
        columns={[
          { heading: 'Region', cell: ({ key }) => key },
          { heading: 'Success', isNumber: true, cell: ({ success }) => percent(success) },
          { heading: 'p50', isNumber: true, cell: ({ p50 }) => latency(p50) },
          { heading: 'p99', isNumber: true, cell: ({ p99 }) => latency(p99) },
          { heading: 'Asked', isNumber: true, cell: ({ good, bad }) => count(good + bad) },
        ]}
        rows={health?.regions ?? []}
        keyOf={({ key }) => key}
        none="Nothing was heard of any region."
      />
    </Card>
  );
};

/** The fleet: regions, nodes, whether they are heard, and whether all of what they say was counted. */
export const FleetPage = () => (
  <>
    <h1>Fleet</h1>
    <div className="parts">
      <Regions />
      <Card title="Nodes" className="wide">
        <Reading of="the nodes" answer={useAnswer('nodes', NODES, {}, { everyMs: 5_000 })}>
          {({ fleetNodes }) => (
            <Rows
              label="Nodes"
              columns={COLUMNS}
              rows={fleetNodes.nodes}
              keyOf={({ nodeId }) => nodeId}
              none="No node was registered."
            />
          )}
        </Reading>
      </Card>
    </div>
  </>
);
