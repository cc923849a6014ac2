import { When } from '../time/when.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { natsOf, successOf, type Verdict } from './gate-words.js';
import type { RolloutAnswer } from './rollout-document.js';

type Gate = RolloutAnswer['gates'][number];

const TONES: Readonly<Record<Verdict, Tone>> = { promote: 'good', need_more_data: 'still', roll_back: 'bad' };

/** A gate with the measurements that it rests on: each test, how far it is, and from where on it decides. */
const GateShown = ({ gate }: { readonly gate: Gate }) => (
  <section aria-label={`Gate ${gate.n}, of ${gate.stage}`}>
    <h3>
      {gate.stage} <Mark tone={TONES[gate.verdict]}>{words(gate.verdict)}</Mark>
    </h3>
    <p>{gate.because}</p>
    <p className="quiet">
      with the release {successOf(gate.cohort, gate.verdict)}; beside it {successOf(gate.control, gate.verdict)}
      {gate.decidedAt !== null && (
        <>
          , decided <When at={gate.decidedAt} />
        </>
      )}
    </p>
    <Rows
      label={`Tests of gate ${gate.n}, of ${gate.stage}`}
      columns={[
        { heading: 'Test', cell: ({ test }) => words(test) },
        { heading: 'Verdict', cell: ({ verdict }) => <Mark tone={TONES[verdict]}>{words(verdict)}</Mark> },
        { heading: 'Evidence against it', isNumber: true, cell: ({ nats }) => natsOf(nats) },
        { heading: 'Promotes below', isNumber: true, cell: ({ promoteNats }) => natsOf(promoteNats) },
        { heading: 'Rolls back above', isNumber: true, cell: ({ stopNats }) => natsOf(stopNats) },
        { heading: 'What it found', cell: ({ detail }) => detail },
      ]}
      rows={gate.tests}
      keyOf={({ test }) => test}
      none={
        gate.verdict === 'need_more_data' ? 'No test has anything yet.' : 'No test was measured before the verdict.'
      }
    />
  </section>
);

/** The gates of a rollout, the newest first. */
export const Gates = ({ gates }: { readonly gates: readonly Gate[] }) =>
  gates.length === 0 ? (
    <p className="quiet">No stage was reached, so no gate was asked.</p>
  ) : (
    <>
      <p className="quiet">
        Evidence is in nats: above 0 it speaks against the release, below 0 for it; 2.3 more make it ten times as sure.
      </p>
      {gates.map((gate) => (
        <GateShown key={gate.n} gate={gate} />
      ))}
    </>
  );
