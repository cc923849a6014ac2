import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { type Verification, VERIFICATIONS, VERIFY } from './audit-document.js';
import { CHAIN_TONES, foundText, linkText } from './chain-words.js';

/** No event tells of a verification: while one is under way it is asked for how far it is. */
const RUNNING_MS = 1_000;
const RESTING_MS = 30_000;

const Broken = ({ verification: { broken } }: { readonly verification: Verification }) => (
  <div role="alert" className="broken">
    <h3>The record does not hold</h3>
    <p>Somebody changed what was recorded. Keep the database as it is, and ask who could write it.</p>
    <ul aria-label="Where the record is broken">
      {broken.map((link) => (
        <li key={linkText(link)}>{linkText(link)}</li>
      ))}
    </ul>
  </div>
);

const Head = ({ verification: { head } }: { readonly verification: Verification }) =>
  head === null ? null : (
    <details>
      <summary>The head, to be kept elsewhere</summary>
      <p>
        <code className="long">{`${head.position}:${head.digest}`}</code>
      </p>
      <p className="quiet">
        Whoever rewrites all events cannot rewrite what you keep. Compare with it:{' '}
        <code>tocsin audit verify --head</code>
      </p>
    </details>
  );

const Newest = ({ verification, newest }: { readonly verification: Verification; readonly newest: number }) => (
  <>
    <p role="status">
      <Mark tone={CHAIN_TONES[verification.status]}>{verification.status}</Mark> {foundText(verification, newest)}{' '}
      <span className="quiet">
        <When at={verification.endedAt ?? verification.startedAt} />
      </span>
    </p>
    {verification.status === 'broken' && <Broken verification={verification} />}
    <Head verification={verification} />
  </>
);

const COLUMNS = [
  { heading: 'Began', cell: ({ startedAt }: Verification) => <When at={startedAt} /> },
  { heading: 'Found', cell: ({ status }: Verification) => <Mark tone={CHAIN_TONES[status]}>{status}</Mark> },
  { heading: 'Events', isNumber: true, cell: ({ events }: Verification) => String(events) },
  { heading: 'Broken', isNumber: true, cell: ({ broken }: Verification) => String(broken.length) },
  { heading: 'Kept heads', isNumber: true, cell: ({ keptHeads }: Verification) => String(keptHeads) },
];

/** Whether the record of everything is what was recorded, as it was found last; and a button that looks again. */
export const Chain = () => {
  const answer = useAnswer('verifications', VERIFICATIONS, {}, { everyMs: RESTING_MS });
  const isRunning = answer.data?.verifications[0]?.status === 'running';
  useAnswer('verifications', VERIFICATIONS, {}, { everyMs: RUNNING_MS, isWanted: isRunning });
  const send = useAct(VERIFY);
  const verify = async () => {
    const errors = await send({});
    if (errors.length === 0) await answer.refetch();
    return errors;
  };
  return (
    <Card
      title="Does the record hold?"
      aside={
        <Act
          label="Verify"
          needs="operate"
          because={isRunning ? 'A verification is under way.' : undefined}
          done="Under way."
          send={verify}
        >
          <p>
            Every event is read and followed by its hash. Nothing is changed; it takes seconds for each 100,000 events.
          </p>
        </Act>
      }
    >
      <Reading of="the verifications" answer={answer}>
        {({ verifications: [newest, ...before], headPosition }) =>
          newest === undefined ? (
            <p>
              <Mark tone="still">not verified</Mark> Nobody has followed the chain yet: whether its {headPosition}{' '}
              events are what was appended is not known.
            </p>
          ) : (
            <>
              <Newest verification={newest} newest={headPosition} />
              {before.length > 0 && (
                <details>
                  <summary>{`${before.length} before it`}</summary>
                  <Rows
                    label="Verifications before"
                    columns={COLUMNS}
                    rows={before}
                    keyOf={({ verificationId }) => verificationId}
                    none=""
                  />
                </details>
              )}
            </>
          )
        }
      </Reading>
    </Card>
  );
};
