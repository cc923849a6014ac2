import { graphql } from '../api/graphql.js';
import { useAnswer } from '../api/use-answer.js';
import { Card } from '../ui/card.js';
import { count, money } from '../ui/figures.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';

const COST = graphql(`
  query IncidentCost($incidentId: String!) {
    incidentCost(incidentId: $incidentId) {
      isOver
      minutes
      dollarsPerMinute
      peakDollarsPerMinute
      cumulativeDollars
      tiers {
        tier
        affectedCustomers
        dollarsEach
      }
    }
  }
`);

/** It is read from all events of the incident: not more often than a person looks again. */
const EVERY_MS = 10_000;

/** What it has come to so far, measured: each figure for as long as it stood. */
export const Sums = ({ incidentId, isOver }: { readonly incidentId: string; readonly isOver: boolean }) => (
  <Card title="What it comes to">
    <Reading
      of="what it costs"
      answer={useAnswer('incident-cost', COST, { incidentId }, isOver ? {} : { everyMs: EVERY_MS })}
    >
      {({ incidentCost: cost }) =>
        cost === null ? (
          <p className="quiet">Nothing is known of its cost.</p>
        ) : (
          <>
            <p>
              <strong>{money(cost.cumulativeDollars)}</strong> over {cost.minutes.toFixed(1)} minutes
              {cost.isOver ? '' : ` so far, ${money(cost.dollarsPerMinute)} a minute now`}; at its worst{' '}
              {money(cost.peakDollarsPerMinute)} a minute
            </p>
            <Rows
              label="By tier"
              columns={[
                { heading: 'Tier', cell: ({ tier }) => tier.replace('tier', '') },
                { heading: 'Customers', isNumber: true, cell: ({ affectedCustomers }) => count(affectedCustomers) },
                { heading: 'Each, so far', isNumber: true, cell: ({ dollarsEach }) => money(dollarsEach) },
              ]}
              rows={cost.tiers}
              keyOf={({ tier }) => tier}
              none="Nobody is hurt."
            />
          </>
        )
      }
    </Reading>
  </Card>
);
