import { Link } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { count } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { releaseName } from './release.js';
import { type RolloutRow, ROLLOUTS } from './rollout-document.js';

/** How a state of a rollout is shown. */
export const ROLLOUT_TONES: Readonly<Record<RolloutRow['status'], Tone>> = {
  declared: 'still',
  running: 'warn',
  halted: 'bad',
  rolled_back: 'bad',
  completed: 'good',
  ended: 'still',
};

const COLUMNS = [
  {
    heading: 'Release',
    cell: ({ rolloutId, release, service }: RolloutRow) => (
      <Link to="/rollouts/$id" params={{ id: rolloutId }}>
        {service} {releaseName(release)}
      </Link>
    ),
  },
  { heading: 'State', cell: ({ status }: RolloutRow) => <Mark tone={ROLLOUT_TONES[status]}>{words(status)}</Mark> },
  { heading: 'Stage', cell: ({ stage }: RolloutRow) => stage ?? '—' },
  { heading: 'Nodes', isNumber: true, cell: ({ nodes }: RolloutRow) => count(nodes.length) },
  { heading: 'Changed', cell: ({ changedAt }: RolloutRow) => <When at={changedAt} /> },
  { heading: 'Why', cell: ({ because }: RolloutRow) => because ?? '—' },
];

/** All rollouts, newest first. */
export const RolloutsPage = () => {
  const answer = useAnswer('rollouts', ROLLOUTS, {}, { follows: ['rollout-', 'rollback-'] });
  return (
    <>
      <h1>Rollouts</h1>
      <Reading of="the rollouts" answer={answer}>
        {({ rollouts }) => (
          <Rows
            label="Rollouts"
            columns={COLUMNS}
            rows={rollouts.nodes}
            keyOf={({ rolloutId }) => rolloutId}
            none="No rollout was told yet: a deploy tool sends it (POST /v1/rollouts, or tocsin rollout declare), and its gates are judged from then on."
          />
        )}
      </Reading>
    </>
  );
};
