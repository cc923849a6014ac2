import { count, percent } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import type { RolloutAnswer } from './rollout-document.js';

type Gate = RolloutAnswer['gates'][number];
type Verdict = Gate['verdict'];

const TONES: Readonly<Record<Verdict, Tone>> = { promote: 'good', need_more_data: 'still', roll_back: 'bad' };

const successOf = (counts: Gate['cohort']): string =>
  counts === null || counts.good + counts.bad === 0
    ? 'nothing yet'
    : `${percent((100 * counts.good) / (counts.good + counts.bad))} of ${count(counts.good + counts.bad)}`;

const nats = (value: number | null): string => (value === null ? '—' : value.toFixed(1));

/** A gate with the measurements that it rests on: each test, how far it is, and from where on it decides. */
const GateShown = ({ gate }: { readonly gate: Gate }) => (
  <section aria-label={`Gate of ${gate.stage}`}>
    <h3>
      {gate.stage} <Mark tone={TONES[gate.verdict]}>{words(gate.verdict)}</Mark>
    </h3>
    <p>{gate.because}</p>
    <p className="quiet">
      with the release {successOf(gate.cohort)}; beside it {successOf(gate.control)}
    </p>
    <Rows
      label={`Tests of ${gate.stage}`}
      columns={[
        { heading: 'Test', cell: ({ test }) => words(test) },
        { heading: 'Verdict', cell: ({ verdict }) => <Mark tone={TONES[verdict]}>{words(verdict)}</Mark> },
        { heading: 'Nats', isNumber: true, cell: (test) => nats(test.nats) },
        { heading: 'Promotes at', isNumber: true, cell: ({ promoteNats }) => nats(promoteNats) },
        { heading: 'Stops at', isNumber: true, cell: ({ stopNats }) => nats(stopNats) },
        { heading: 'What it found', cell: ({ detail }) => detail },
      ]}
      rows={gate.tests}
      keyOf={({ test }) => test}
      none="No test has anything yet."
    />
  </section>
);

/** The gates of a rollout, the newest first. */
export const Gates = ({ gates }: { readonly gates: readonly Gate[] }) =>
  gates.length === 0 ? (
    <p className="quiet">No stage was reached, so no gate was asked.</p>
  ) : (
    <>
      {gates.map((gate) => (
        <GateShown key={gate.stage} gate={gate} />
      ))}
    </>
  );
