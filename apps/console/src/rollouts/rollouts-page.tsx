import { Link } from '@tanstack/react-router';
import { usePages } from '../api/use-pages.js';
import { When } from '../time/when.js';
import { count } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { audienceOf, reachedNodes } from './attempts.js';
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
  { heading: 'Nodes that have it', isNumber: true, cell: ({ stages }: RolloutRow) => count(reachedNodes(stages)) },
  { heading: 'For', cell: ({ nodes }: RolloutRow) => audienceOf(nodes) },
  { heading: 'Changed', cell: ({ changedAt }: RolloutRow) => <When at={changedAt} /> },
  { heading: 'Why', cell: ({ because }: RolloutRow) => because ?? '—' },
];

const FOLLOWS = ['rollout-', 'rollback-'];

/** All rollouts, newest first. */
export const RolloutsPage = () => {
  const pages = usePages('rollouts', ROLLOUTS, {}, { pageOf: ({ rollouts }) => rollouts, follows: FOLLOWS });
  return (
    <>
      <h1>Rollouts</h1>
      {pages.rows !== undefined && (
        <Rows
          label="Rollouts"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ rolloutId }) => rolloutId}
          none="No rollout was told yet: a deploy tool sends it (POST /v1/rollouts, or tocsin rollout declare), and its gates are judged from then on."
        />
      )}
      <More of="the rollouts" pages={pages} />
    </>
  );
};
