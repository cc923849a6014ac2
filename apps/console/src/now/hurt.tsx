import { Card } from '../ui/card.js';
import { count, money, share } from '../ui/figures.js';
import type { NowAnswer, OpenIncident } from './now-document.js';

/** Of so many the card shows the worst; the page of customers has all. */
const ROWS_MAX = 50;

interface HurtProps {
  readonly incident: OpenIncident | undefined;
  readonly impact: NowAnswer['impact'];
}

/** Who is hurt: customers by name, the critical and the dear ones first, as the API orders them (R11). */
export const Hurt = ({ incident, impact }: HurtProps) => {
  const customers = incident?.customers.customers ?? [];
  return (
    <Card
      title="Who is hurt"
      className="hurt"
      aside={
        <span className="quiet">{`${count(impact.affectedCustomers)} customers, ${money(impact.dollarsPerMinute)} a minute`}</span>
      }
    >
      {customers.length === 0 ? (
        <p className="quiet">
          {incident !== undefined && incident.impact.affectedCustomers > 0
            ? `${count(incident.impact.affectedCustomers)} customers; who they are is being counted.`
            : 'Nobody, as far as telemetry says.'}
        </p>
      ) : (
        <div className="scrolls" tabIndex={0} role="group" aria-label="Customers hurt">
          <table>
            <thead>
              <tr>
                <th scope="col">Customer</th>
                <th scope="col">Tier</th>
                <th scope="col" className="number">
                  Failing
                </th>
                <th scope="col" className="number">
                  A minute
                </th>
              </tr>
            </thead>
            <tbody>
              {customers.slice(0, ROWS_MAX).map(({ customerId, name, tier, critical, failing, dollarsPerMinute }) => (
                <tr key={customerId}>
                  <th scope="row">
                    {name}
                    {critical && ' (critical)'}
                  </th>
                  <td>
                    <span aria-hidden="true" className={`impact ${tier}`} /> {tier.replace('tier', '')}
                  </td>
                  <td className="number">{share(failing)}</td>
                  <td className="number">{money(dollarsPerMinute)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
};
