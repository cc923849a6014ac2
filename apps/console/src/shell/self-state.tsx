import { Suspense, useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { Kept, lazyPart } from '../ui/lazy-part.js';
import { Mark } from '../ui/mark.js';
import { Popup } from '../ui/popup.js';
import { READINESS } from './readiness-document.js';
import { selfWords } from './self-words.js';

const Self = lazyPart(async () => (await import('./self.js')).Self);

/** Fetches what stands behind it, as popups are: it is read when something is wrong. */
export const fetchSelf = (): void => void Self.preload();

/** As a lost line is said at once, this is for parts behind the API: nothing of them changes within a second. */
const EVERY_MS = 15_000;

/** How Tocsin itself is, in the bar of every page; what that rests on is behind it. */
export const SelfState = () => {
  const { data, error } = useAnswer('readiness', READINESS, {}, { everyMs: EVERY_MS, isAlwaysRead: true });
  const { tone, text } = selfWords(data?.readiness, error);
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="plain" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Mark tone={tone}>{text}</Mark>
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
