import { lazy, Suspense, useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { Mark } from '../ui/mark.js';
import { Popup } from '../ui/popup.js';
import { type Readiness, READINESS } from './readiness-document.js';

const Self = lazy(async () => ({ default: (await import('./self.js')).Self }));

/** As a lost line is said at once, this is for parts behind the API: nothing of them changes within a second. */
const EVERY_MS = 15_000;

const partsOf = (parts: Readiness['notices']): string => parts.map(({ part }) => part).join(', ');

const State = ({ readiness }: { readonly readiness: Readiness | undefined }) => {
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
  const { data } = useAnswer('readiness', READINESS, {}, { everyMs: EVERY_MS });
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="plain" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <State readiness={data?.readiness} />
      </button>
      {isOpen && (
        <Popup title="How Tocsin itself is" close={close}>
          <Suspense fallback={<p className="quiet">Reading …</p>}>
            <Self readiness={data?.readiness} />
          </Suspense>
          <button type="button" onClick={close}>
            Close
          </button>
        </Popup>
      )}
    </>
  );
};
