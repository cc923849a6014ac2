import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { ROLL_BACK, ROLLBACK_PREVIEW } from '../incident/incident-document.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { whyNotAgain } from './attempts.js';
import { type Release, releaseName } from './release.js';
import { ATTEMPTS } from './rollout-document.js';

interface RailSaidProps {
  readonly rail: string;
  readonly holds: boolean;
  readonly detail: string;
  /** What one that does not hold does. */
  readonly otherwise: readonly [Tone, string];
}

const RailSaid = ({ rail, holds, detail, otherwise }: RailSaidProps) => {
  const [tone, word] = holds ? (['good', 'holds'] as const) : otherwise;
  return (
    <li>
      <Mark tone={tone}>{word}</Mark> {words(rail)}: {detail}
    </li>
  );
};

/** What a rollback of a rollout would do: its waves, and the rails that bind a person. */
export const RollbackPreview = ({ rolloutId }: { readonly rolloutId: string }) => {
  const answer = useAnswer('rollback-preview', ROLLBACK_PREVIEW, { rolloutId }, { follows: ['rollout-', 'rollback-'] });
  return (
    <Reading of="what it would do" answer={answer}>
      {({ rollbackPreview: preview }) =>
        preview === null ? (
          <p>There is no such rollout.</p>
        ) : (
          <div aria-label="Preview" role="group">
            <p>
              {releaseName(preview.from)} → {releaseName(preview.to)}, in {preview.waves.length} waves of{' '}
              {preview.waves.join(', ')} nodes; first {preview.first.join(', ')}. Each wave waits until the telemetry of
              the one before is good.
            </p>
            <ul>
              {preview.binding.map((rail) => (
                <RailSaid key={rail.rail} {...rail} otherwise={['bad', 'binds']} />
              ))}
              {preview.warnings.map((rail) => (
                <RailSaid key={rail.rail} {...rail} otherwise={['warn', 'warns']} />
              ))}
              <li>What needs the telemetry of this second, and the rate, is judged when it was asked for.</li>
            </ul>
          </div>
        )
      }
    </Reading>
  );
};

interface RollBackProps {
  readonly rolloutId: string;
  readonly release: Release;
  readonly because?: string | undefined;
}

/** Asks for a rollback: what it will do stands above the word that must be typed. */
export const RollBack = ({ rolloutId, release, because }: RollBackProps) => {
  const send = useAct(ROLL_BACK);
  return (
    <Act
      label={`Roll back ${release.softwareVersion}`}
      needs="operate"
      because={because}
      confirm={release.softwareVersion}
      done="Asked for; the rails are judged now."
      isGrave
      send={(form) => send({ rolloutId, comment: said(form, 'comment') })}
    >
      <RollbackPreview rolloutId={rolloutId} />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** The same where only the id of the rollout is known: by its own newest attempt, of whichever incident that was. */
export const RollBackOf = ({ rolloutId }: { readonly rolloutId: string }) => {
  const { data, error } = useAnswer(
    'rollback-attempts',
    ATTEMPTS,
    { rolloutId },
    { follows: ['rollout-', 'rollback-'] },
  );
  const rollout = data?.rollout;
  if (rollout == null) {
    const why =
      error === null ? 'Reading what it takes back …' : `What it takes back could not be read: ${error.message}`;
    return <p className="quiet">{why}</p>;
  }
  return <RollBack rolloutId={rolloutId} release={rollout.release} because={whyNotAgain(rollout.rollbacks)} />;
};
