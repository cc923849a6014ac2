import type { IncidentTime } from './customers-document.js';
import { stretchOf, within } from './use-hurt-by.js';

const at = (minute: number): number => Date.UTC(2021, 6, 22, 11, minute);
const iso = (minute: number): string => new Date(at(minute)).toISOString();

const incident = (incidentId: string, from: number, to: number | null, onset: number | null = null): IncidentTime => ({
  incidentId,
  title: incidentId,
  priority: null,
  severity: 'critical',
  status: to === null ? 'open' : 'resolved',
  onsetAt: onset === null ? null : iso(onset),
  openedAt: iso(from),
  resolvedAt: to === null ? null : iso(to),
});

describe('the incidents of a time', () => {
  const range = { from: at(20), to: at(30) };

  it('are those that lie in it in part, from their first failure to their end', () => {
    const all = [
      incident('open since before', 10, null),
      incident('over before', 10, 19),
      incident('begins after', 31, null),
      incident('failed before it was opened', 32, 40, 29),
      incident('within', 22, 23),
    ];
    expect(within(all, range, at(50)).map(({ incidentId }) => incidentId)).toEqual([
      'open since before',
      'failed before it was opened',
      'within',
    ]);
  });

  it('are asked of as far as they lie in it: of an outage of hours the end, and never an empty time', () => {
    const long = { from: at(0), to: at(600) };
    expect(stretchOf(incident('open for ten hours', 0, null), long)).toEqual({ from: at(360), to: at(600) });
    expect(stretchOf(incident('open since before', 10, null), range)).toEqual(range);
    expect(stretchOf(incident('over within', 10, 25), range)).toEqual({ from: at(20), to: at(25) });
    expect(stretchOf(incident('of no time', 22, 22), range)).toEqual({ from: at(22) - 1_000, to: at(22) });
  });
});
