import { Link } from '@tanstack/react-router';
import { lengthOf } from '../time/moments.js';
import { Card } from '../ui/card.js';
import { count, share } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import type { IncidentAnswer } from './incident-document.js';

const MEASURED = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** In the unit that the text of the rule names; null where it was no number. */
const measured = (value: number | null): string => (value === null ? '—' : MEASURED.format(value));

const COLUMNS = [
  { heading: 'Rule', cell: ({ rule }: Found) => words(rule) },
  { heading: 'What it found', cell: ({ text, detail }: Found) => `${text}${detail === null ? '' : `; ${detail}`}` },
  { heading: 'Measured', isNumber: true, cell: ({ value }: Found) => measured(value) },
  { heading: 'Threshold', isNumber: true, cell: ({ threshold }: Found) => measured(threshold) },
  { heading: 'Over', cell: ({ window }: Found) => (window === 0 ? '—' : lengthOf(window)) },
  { heading: 'Good', isNumber: true, cell: ({ good }: Found) => count(good) },
  { heading: 'Bad', isNumber: true, cell: ({ bad }: Found) => count(bad) },
  { heading: 'Coverage', isNumber: true, cell: ({ coverage }: Found) => share(coverage) },
];

type Found = IncidentAnswer['evidence'][number];
type Cause = IncidentAnswer['causes'][number];

const CauseNamed = ({ cause: { kind, subjectId, release } }: { readonly cause: Cause }) => {
  const name = release === null ? words(kind) : `${release.softwareVersion}+${release.configRev}`;
  return (
    <strong>
      {kind !== 'rules' ? (
        <Link to="/rollouts/$id" params={{ id: subjectId }}>
          {name}
        </Link>
      ) : (
        name
      )}
    </strong>
  );
};

/** With which numbers it was opened, what is behind it, and why nobody was paged where nobody was. */
export const Evidence = ({ incident: { evidence, causes, whyNot } }: { readonly incident: IncidentAnswer }) => (
  <Card title="Evidence" className="wide">
    <Rows
      label="Evidence"
      columns={COLUMNS}
      rows={evidence}
      keyOf={({ rule, text }) => `${rule} ${text}`}
      none="It was opened without a rule."
    />
    <h3>Causes, the likeliest first</h3>
    {causes.length === 0 ? (
      <p className="quiet">No change of the last day is known that could be behind it.</p>
    ) : (
      <ul aria-label="Causes">
        {causes.map((cause) => (
          <li key={`${cause.kind} ${cause.subjectId}`}>
            <CauseNamed cause={cause} />{' '}
            <Mark tone={cause.verdict === 'proved' ? 'bad' : cause.verdict === 'possible' ? 'warn' : 'still'}>
              {words(cause.verdict)}
            </Mark>{' '}
            {cause.because}
          </li>
        ))}
      </ul>
    )}
    {whyNot.length > 0 && (
      <>
        <h3>Why nobody was paged</h3>
        <ul aria-label="Why nobody was paged">
          {whyNot.map(({ by, because }) => (
            <li key={`${by} ${because}`}>
              {words(by)}: {because}
            </li>
          ))}
        </ul>
      </>
    )}
  </Card>
);
