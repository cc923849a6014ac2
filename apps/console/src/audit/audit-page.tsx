import { graphql, type ResultOf } from '../api/graphql.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';

const EVENTS = graphql(`
  query Events($after: String) {
    events(first: 100, after: $after) {
      nodes {
        position
        recordedAt
        stream
        type
        actor
        data
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
type EventRow = ResultOf<typeof EVENTS>['events']['nodes'][number];

const COLUMNS = [
  { heading: 'Position', isNumber: true, cell: ({ position }: EventRow) => String(position) },
  { heading: 'When', cell: ({ recordedAt }: EventRow) => <When at={recordedAt} /> },
  { heading: 'Who', cell: ({ actor }: EventRow) => actor },
  { heading: 'What', cell: ({ type }: EventRow) => type },
  { heading: 'Of', cell: ({ stream }: EventRow) => stream },
];

/** Everything that was decided, told or done, in the one order. */
export const AuditPage = () => (
  <>
    <h1>Audit</h1>
    <Reading of="the events" answer={useAnswer('events', EVENTS, {}, { follows: [''] })}>
      {({ events }) => (
        <Rows
          label="Events"
          columns={COLUMNS}
          rows={events.nodes}
          keyOf={({ position }) => position}
          none="Nothing happened yet."
        />
      )}
    </Reading>
  </>
);
