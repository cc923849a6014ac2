import { useZone } from '../time/zone.js';
import { lengthOf, clockOf } from '../time/moments.js';
import { Card } from '../ui/card.js';
import { share } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import type { OpenIncident, RolloutNow } from './now-document.js';

type Cause = OpenIncident['causes'][number];

/** A cause that was proved, and never a symptom, is named so; the rest are suspects. */
const VERDICTS: Readonly<Record<Cause['verdict'], readonly [Tone, string]>> = {
  proved: ['bad', 'proved'],
  possible: ['warn', 'suspected'],
  ruled_out: ['still', 'ruled out'],
};

const nameOf = ({ release, kind, subjectId }: Cause): string =>
  release === null ? `${kind} ${subjectId.slice(0, 12)}` : `${release.softwareVersion}+${release.configRev}`;

const Suspect = ({ cause }: { readonly cause: Cause }) => {
  const [tone, word] = VERDICTS[cause.verdict];
  return (
    <li>
      <strong>{nameOf(cause)}</strong> <Mark tone={tone}>{word}</Mark>
      <div>{cause.because}</div>
      {cause.failingWith !== null && cause.failingWithout !== null && (
        <div className="quiet">
          success with it {share(1 - cause.failingWith)}, without {share(1 - cause.failingWithout)}; the failure began{' '}
          {lengthOf(cause.onsetAfter)} after it
        </div>
      )}
    </li>
  );
};

interface ChangesProps {
  readonly incident: OpenIncident | undefined;
  readonly rollouts: readonly RolloutNow[];
}

/** What changed: the causes of the incident by how far they explain it, and the newest rollouts. */
export const Changes = ({ incident, rollouts }: ChangesProps) => {
  const { zone } = useZone();
  return (
    <Card title="What changed" className="changes">
      {incident !== undefined && (
        <ul>
          {incident.causes.slice(0, 3).map((cause) => (
            <Suspect key={`${cause.kind} ${cause.subjectId}`} cause={cause} />
          ))}
        </ul>
      )}
      {rollouts.length === 0 ? (
        <p className="quiet">No rollout was told.</p>
      ) : (
        <ul>
          {rollouts.slice(0, 3).map((rollout) => (
            <li key={rollout.rolloutId}>
              {rollout.service} {rollout.release.softwareVersion}+{rollout.release.configRev}:{' '}
              {rollout.status.replaceAll('_', ' ')}
              {rollout.stage !== null && `, stage ${rollout.stage}`}, since{' '}
              {clockOf(Date.parse(rollout.changedAt), zone)} {zone}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};
