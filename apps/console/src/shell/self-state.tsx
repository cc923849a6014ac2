import { Suspense, useState } from 'react';
import type { RequestFailed } from '../api/request.js';
import { useAnswer } from '../api/use-answer.js';
import { Kept, lazyPart } from '../ui/lazy-part.js';
import { Mark } from '../ui/mark.js';
import { Popup } from '../ui/popup.js';
import { type Readiness, READINESS } from './readiness-document.js';

const Self = lazyPart(async () => (await import('./self.js')).Self);

/** Fetches what stands behind it, as popups are: it is read when something is wrong. */
export const fetchSelf = (): void => void Self.preload();

/** As a lost line is said at once, this is for parts behind the API: nothing of them changes within a second. */
const EVERY_MS = 15_000;

const partsOf = (parts: Readiness['notices']): string => parts.map(({ part }) => part).join(', ');

interface StateProps {
  readonly readiness: Readiness | undefined;
  readonly error: RequestFailed | null;
}

/** What was said before says nothing of a process that does not answer any more. */
const State = ({ readiness, error }: StateProps) => {
  if (error !== null) return <Mark tone="bad">Tocsin: does not answer</Mark>;
  if (readiness === undefined) return <Mark tone="still">Tocsin: not asked</Mark>;
  const { isReady, unready, notices } = readiness;
  if (!isReady) return <Mark tone="bad">{`Tocsin: ${partsOf(unready)} not ready`}</Mark>;
  return notices.length > 0 ? (
    <Mark tone="warn">{`Tocsin: see ${partsOf(notices)}`}</Mark>
  ) : (
    <Mark tone="good">Tocsin: ready</Mark>
  );
};

/** How Tocsin itself is, in the bar of every page; what that rests on is behind it. */
export const SelfState = () => {
  const { data, error } = useAnswer('readiness', READINESS, {}, { everyMs: EVERY_MS, isAlwaysRead: true });
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="plain" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <State readiness={data?.readiness} error={error} />
      </button>
      {isOpen && (
        <Popup title="How Tocsin itself is" close={close}>
          <Kept>
            <Suspense fallback={<p className="quiet">Reading …</p>}>
              <Self readiness={data?.readiness} error={error} />
            </Suspense>
          </Kept>
          <button type="button" onClick={close}>
            Close
          </button>
        </Popup>
      )}
    </>
  );
};
