import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Mark, type Tone } from '../ui/mark.js';
import { words } from '../ui/words.js';
import { type Release, releaseName } from './release.js';

/** A rollback as its waves and its rails stand. */
export interface RollbackShown {
  readonly status: 'completed' | 'proposed' | 'refused' | 'requested' | 'running' | 'stopped';
  readonly because: string | null;
  readonly from: Release | null;
  readonly to: Release | null;
  readonly rails: readonly { readonly rail: string; readonly holds: boolean; readonly detail: string }[];
  readonly refusals: readonly { readonly rail: string; readonly because: string; readonly at?: string }[];
  readonly waves: readonly {
    readonly wave: number;
    readonly status: 'commanded' | 'planned' | 'verified';
    readonly nodes: readonly string[];
    readonly commandedAt: string | null;
    readonly because: string | null;
    readonly answers: readonly { readonly nodeId: string; readonly status: string; readonly answeredAt?: string }[];
    /** How far each node has come; absent where the page does not ask for it. */
    readonly steps?: readonly {
      readonly nodeId: string;
      readonly step: string;
      readonly status: string;
      readonly detail: string;
    }[];
  }[];
}

const STATES: Readonly<Record<RollbackShown['status'], Tone>> = {
  completed: 'good',
  running: 'warn',
  requested: 'warn',
  proposed: 'warn',
  refused: 'bad',
  stopped: 'bad',
};
const WAVES: Readonly<Record<RollbackShown['waves'][number]['status'], Tone>> = {
  planned: 'still',
  commanded: 'warn',
  verified: 'good',
};

type Wave = RollbackShown['waves'][number];

/** What each node of a wave said last, and how far it has come; one that is silent is named too. */
const Answers = ({ nodes, answers, steps }: Pick<Wave, 'nodes' | 'answers'> & Required<Pick<Wave, 'steps'>>) => {
  const said = new Map(answers.map(({ nodeId, status }) => [nodeId, status]));
  return (
    <details>
      <summary>Answers of its nodes</summary>
      <ul>
        {nodes.map((nodeId) => (
          <li key={nodeId}>
            {nodeId}: {words(said.get(nodeId) ?? 'no answer yet')}
            {steps
              .filter((each) => each.nodeId === nodeId)
              .map(({ step, status, detail }) => (
                <div key={step} className="quiet">
                  {words(step)} {words(status)}
                  {detail !== '' && `: ${detail}`}
                </div>
              ))}
          </li>
        ))}
      </ul>
    </details>
  );
};

const Waves = ({ waves, now }: { readonly waves: RollbackShown['waves']; readonly now: number }) =>
  waves.length > 0 && (
    <ol aria-label="Waves">
      {waves.map(({ wave, status, nodes, answers, steps = [], because, commandedAt }) => (
        <li key={wave}>
          Wave {wave} <Mark tone={WAVES[status]}>{status}</Mark> {answers.length} of {nodes.length} nodes answered
          {status === 'commanded' &&
            commandedAt !== null &&
            `, commanded ${lengthOf(now - Date.parse(commandedAt))} ago`}
          {because !== null && <div className="quiet">{because}</div>}
          <Answers nodes={nodes} answers={answers} steps={steps} />
        </li>
      ))}
    </ol>
  );

/** The rails of an act: what binds stands open; what holds is a count until it is asked for. */
export const Rails = ({ rails, refusals }: Pick<RollbackShown, 'rails' | 'refusals'>) => {
  const binding = rails.filter(({ holds }) => !holds);
  const holding = rails.filter(({ holds }) => holds);
  return (
    <>
      {binding.length + refusals.length > 0 && (
        <ul aria-label="Rails that bind">
          {binding.map(({ rail, detail }) => (
            <li key={rail}>
              <Mark tone="bad">binds</Mark> {words(rail)}: {detail}
            </li>
          ))}
          {refusals.map(({ rail, because, at }, place) => (
            // A rail may refuse each time that it is asked: its place among the refusals tells them apart.
            <li key={`refused ${rail} ${place}`}>
              <Mark tone="bad">refused</Mark> {words(rail)}: {because}
              {at !== undefined && (
                <span className="quiet">
                  {' '}
                  <When at={at} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {rails.length > 0 && (
        <details>
          <summary>{`${holding.length} of ${rails.length} rails hold`}</summary>
          <ul>
            {holding.map(({ rail, detail }) => (
              <li key={rail}>
                <Mark tone="good">holds</Mark> {words(rail)}: {detail}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
};

/** A rollback: from where to where, why, its waves, and what its rails say. */
export const RollbackState = ({ rollback, now }: { readonly rollback: RollbackShown; readonly now: number }) => {
  const { from, to, status, because, waves, rails, refusals } = rollback;
  return (
    <div className="rollback">
      <strong>
        Roll back {from === null ? '—' : releaseName(from)} to {to === null ? '—' : releaseName(to)}
      </strong>{' '}
      <Mark tone={STATES[status]}>{status}</Mark>
      {because !== null && <div>{because}</div>}
      <Waves waves={waves} now={now} />
      <Rails rails={rails} refusals={refusals} />
    </div>
  );
};

/** The same, growing older by itself: nothing around it is drawn again for that. */
export const RollbackNow = ({ rollback }: { readonly rollback: RollbackShown }) => (
  <RollbackState rollback={rollback} now={useNow()} />
);
