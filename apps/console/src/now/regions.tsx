import type { FleetHealth } from '../api/followed.js';
import { Card } from '../ui/card.js';
import { count, latency, money, percent } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import type { NowAnswer } from './now-document.js';

/** As the shipped rules judge: critical below 95 %, a warning below 99.5 % (R20). */
const toneOf = (success: number | null): Tone => {
  if (success === null) return 'still';
  if (success < 95) return 'bad';
  return success < 99.5 ? 'warn' : 'good';
};
const WORDS: Readonly<Record<Tone, string>> = { bad: 'failing', warn: 'degraded', good: 'well', still: 'no traffic' };

interface RegionsProps {
  readonly health: FleetHealth | null;
  readonly impact: NowAnswer['impact'];
}

/** Where it is: regions, those first that are to be recovered first, by money (R57). */
export const Regions = ({ health, impact }: RegionsProps) => {
  const hurt = new Map(impact.regions.map((region) => [region.region, region]));
  const orderOf = (key: string): number => hurt.get(key)?.order ?? Number.MAX_SAFE_INTEGER;
  const regions = (health?.regions ?? []).toSorted((one, other) => orderOf(one.key) - orderOf(other.key));
  return (
    <Card title="Where" className="regions">
      <table>
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Success
            </th>
            <th scope="col" className="number">
              p99
            </th>
            <th scope="col" className="number">
              Hurt
            </th>
            <th scope="col" className="number">
              A minute
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map(({ key, success, p99 }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>
                <Mark tone={toneOf(success)}>{WORDS[toneOf(success)]}</Mark>
              </td>
              <td className="number">{percent(success)}</td>
              <td className="number">{latency(p99)}</td>
              <td className="number">{count(hurt.get(key)?.affectedCustomers ?? 0)}</td>
              <td className="number">{money(hurt.get(key)?.dollarsPerMinute ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
};
