import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { releaseName } from '../rollouts/release.js';
import { clockOf, lengthOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Card } from '../ui/card.js';
import { share } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { words } from '../ui/words.js';
import type { OpenIncident, RolloutNow } from './now-document.js';
import { type IncidentTold, isRead, OfIncident } from './of-incident.js';
import { recentOf } from './recent.js';

// Its form is not part of what is read first; the button comes a moment after its evidence.
const RollBackOf = lazy(async () => ({ default: (await import('../rollouts/roll-back.js')).RollBackOf }));

type Cause = OpenIncident['causes'][number];

/** A cause that was proved, and never a symptom, is named so; the rest are suspects. */
const VERDICTS: Readonly<Record<Cause['verdict'], readonly [Tone, string]>> = {
  proved: ['bad', 'proved'],
  possible: ['warn', 'suspected'],
  ruled_out: ['still', 'ruled out'],
};

const nameOf = ({ release, kind, subjectId }: Cause): string =>
  release === null ? `${kind} ${subjectId.slice(0, 12)}` : releaseName(release);

/** When the failure began beside the change; one that began before it is said to have. */
const beganOf = (onsetAfter: number): string =>
  onsetAfter < 0
    ? `the failure began ${lengthOf(-onsetAfter)} before it`
    : `the failure began ${lengthOf(onsetAfter)} after it`;

const Suspect = ({ cause }: { readonly cause: Cause }) => {
  const [tone, word] = VERDICTS[cause.verdict];
  const { kind, verdict, subjectId, failingWith, failingWithout, onsetAfter } = cause;
  return (
    <li>
      <strong>{nameOf(cause)}</strong> <Mark tone={tone}>{word}</Mark> {cause.because}
      {kind !== 'rules' && (
        <div className="acts-beside">
          {verdict !== 'ruled_out' && (
            <Suspense>
              <RollBackOf rolloutId={subjectId} />
            </Suspense>
          )}
          <Link to="/rollouts/$id" params={{ id: subjectId }}>
            its rollout
          </Link>
        </div>
      )}
      {failingWith !== null && failingWithout !== null && (
        <div className="quiet">
          success with it {share(1 - failingWith)}, without {share(1 - failingWithout)}; {beganOf(onsetAfter)}
        </div>
      )}
    </li>
  );
};

const Rollout = ({ rollout }: { readonly rollout: RolloutNow }) => {
  const { zone } = useZone();
  return (
    <li>
      <Link to="/rollouts/$id" params={{ id: rollout.rolloutId }}>
        {rollout.service} {releaseName(rollout.release)}
      </Link>
      : {words(rollout.status)}
      {rollout.stage !== null && `, stage ${rollout.stage}`}, since {clockOf(Date.parse(rollout.changedAt), zone)}{' '}
      {zone}
    </li>
  );
};

interface ChangesProps {
  readonly told: IncidentTold;
  readonly rollouts: readonly RolloutNow[];
  readonly now: number;
}

/** What changed: the causes of the incident by how far they explain it, each with what undoes it, and the rollouts of the last day. */
export const Changes = ({ told, rollouts, now }: ChangesProps) => {
  const { recent, said } = recentOf(rollouts, now);
  return (
    <Card title="What changed" className="changes">
      <div className="scrolls" tabIndex={0} role="group" aria-label="What changed">
        <OfIncident told={told} none={null}>
          {(incident) => (
            <ul>
              {incident.causes.slice(0, 3).map((cause) => (
                <Suspect key={`${cause.kind} ${cause.subjectId}`} cause={cause} />
              ))}
              {incident.causes.length === 0 && <li className="quiet">No change is suspected yet.</li>}
            </ul>
          )}
        </OfIncident>
        {isRead(told) && (
          <>
            {said !== undefined && <p className="quiet">{said}</p>}
            <ul>
              {recent.map((rollout) => (
                <Rollout key={rollout.rolloutId} rollout={rollout} />
              ))}
            </ul>
          </>
        )}
      </div>
    </Card>
  );
};
