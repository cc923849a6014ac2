import { useParams } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { Around } from '../time/around.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { Steps } from '../ui/steps.js';
import { words } from '../ui/words.js';
import { audienceOf, nodesSaid, reachedNodes } from './attempts.js';
import { Gates } from './gates.js';
import { releaseName } from './release.js';
import { RollbackNow } from './rollback-state.js';
import { RolloutActs } from './rollout-acts.js';
import { ROLLOUT, type RolloutAnswer } from './rollout-document.js';
import { ROLLOUT_TONES } from './rollouts-page.js';

interface PartProps {
  readonly rollout: RolloutAnswer;
}

/** The stages in their order: those of the plan, and those that a deploy tool told of. */
const Pipeline = ({ rollout: { plan, stages, stage } }: PartProps) => {
  const reached = new Map(stages.map((each) => [each.stage, each]));
  const names = [...new Set([...(plan?.stages.map(({ name }) => name) ?? []), ...reached.keys()])];
  const planned = new Map(plan?.stages.map((each) => [each.name, each]));
  return (
    <ol className="pipeline" aria-label="Stages">
      {names.map((name) => {
        const at = reached.get(name);
        return (
          <li key={name} aria-current={name === stage ? 'step' : undefined}>
            <strong>{name}</strong>{' '}
            <Mark tone={at === undefined ? 'still' : 'good'}>
              {at === undefined ? 'not reached' : `${at.nodes.length} nodes`}
            </Mark>
            <div className="quiet">
              {at !== undefined && <When at={at.reachedAt} />}{' '}
              {planned.get(name) !== undefined && `${planned.get(name)?.sharePercent} %`}
              {planned.get(name)?.needsApproval === true && ', waits for a second person'}
            </div>
          </li>
        );
      })}
    </ol>
  );
};

const Preflight = ({ rollout: { preflight } }: PartProps) => (
  <Card title="Before it began">
    <Rows
      label="Missing"
      columns={[
        { heading: 'Missing', cell: ({ item }) => words(item) },
        { heading: 'Why', cell: ({ detail }) => detail },
      ]}
      rows={preflight.missing ?? []}
      keyOf={({ item }) => item}
      none={preflight.missing === null ? 'Nobody has asked for its start yet.' : 'Nothing was missing.'}
    />
    {preflight.risk !== null && (
      <p>
        Risk {preflight.risk.risk}, by {preflight.risk.by}: {preflight.risk.text}
      </p>
    )}
  </Card>
);

/** As many as the API tells of what led to something: the oldest. */
const STEPS_SHOWN = 100;

/** From its start, or its declaration, to its end. */
const timeOf = ({ startedAt, declaredAt, changedAt, status }: RolloutAnswer) => ({
  onsetAt: startedAt,
  openedAt: declaredAt ?? changedAt,
  resolvedAt: status === 'declared' || status === 'running' ? null : changedAt,
});

/** Every attempt to take it back, refused ones too; a refusal that came before anything was decided names no release of its own. */
const Rollbacks = ({ rollout: { rollbacks, release, previous } }: PartProps) =>
  rollbacks.length > 0 && (
    <Card title="Rollback">
      {rollbacks.map((rollback) => (
        <RollbackNow
          key={rollback.rollbackId}
          rollback={{ ...rollback, from: rollback.from ?? release, to: rollback.to ?? previous }}
        />
      ))}
    </Card>
  );

const Shown = ({ rollout }: PartProps) => (
  <>
    <h1>
      {rollout.service} {releaseName(rollout.release)}
    </h1>
    <p>
      <Mark tone={ROLLOUT_TONES[rollout.status]}>{words(rollout.status)}</Mark>{' '}
      {rollout.because !== null && `${rollout.because}; `}on {nodesSaid(reachedNodes(rollout.stages))}, meant for{' '}
      {audienceOf(rollout.nodes)}, from {releaseName(rollout.previous)}
    </p>
    <RolloutActs rollout={rollout} />
    <Around of={timeOf(rollout)} />
    <div className="parts">
      <Card title="Pipeline">
        <Pipeline rollout={rollout} />
      </Card>
      <Preflight rollout={rollout} />
      <Card title="Gates, and what they rest on" className="wide">
        <Gates gates={rollout.gates} />
      </Card>
      <Rollbacks rollout={rollout} />
      <Card
        title="What happened"
        className="wide"
        aside={rollout.why.length === STEPS_SHOWN && <span className="quiet">the first {STEPS_SHOWN}</span>}
      >
        <Steps steps={rollout.why} />
      </Card>
    </div>
  </>
);

/** One rollout: its stages, the evidence of its gates, and what can be done. */
export const RolloutPage = () => {
  const { id } = useParams({ from: '/rollouts/$id' });
  const answer = useAnswer(
    'rollout',
    ROLLOUT,
    { rolloutId: id },
    { follows: ['rollout-', 'rollback-'], everyMs: 5_000 },
  );
  return (
    <Reading of="the rollout" answer={answer}>
      {({ rollout }) => (rollout === null ? <p>There is no rollout {id}.</p> : <Shown key={id} rollout={rollout} />)}
    </Reading>
  );
};
