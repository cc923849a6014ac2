import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useRef } from 'react';
import { useHolding } from '../api/held.js';
import { Kept, lazyPart } from '../ui/lazy-part.js';
import { Popup } from '../ui/popup.js';
import { KEYS, type Wish, wishOf } from './keys.js';

const Palette = lazyPart(async () => (await import('./palette.js')).Palette);

/** Fetches what the keys open, as popups are. */
export const fetchPalette = (): void => void Palette.preload();

/** What is typed into a field is text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const go = (selector: string): boolean => {
  const place = document.querySelector<HTMLElement>(selector);
  place?.focus();
  return place !== null;
};

/** Goes from row to row of the page, by the first link or button in each; from within a row to the ones beside it. */
const moveRow = (by: number): void => {
  const rows = [...document.querySelectorAll('main tbody tr, main ul > li, main ol > li')].flatMap((row) => {
    const stop = row.querySelector<HTMLElement>('a[href], button');
    return stop === null ? [] : [{ row, stop }];
  });
  const at = rows.findLastIndex(({ row }) => row.contains(document.activeElement));
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.stop.focus();
};

/** Opens the dialog of an act; of one that cannot be done now the button is gone to, which says why. */
const open = (act: string): void => {
  const button = document.querySelector<HTMLElement>(`main [data-opens="${act}"]`);
  button?.focus();
  if (button?.getAttribute('aria-disabled') !== 'true') button?.click();
};

const Help = ({ close }: { readonly close: () => void }) => (
  <Popup title="Keyboard" close={close}>
    <table>
      <tbody>
        {KEYS.map(([key, what]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>{key}</kbd>
            </th>
            <td>{what}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <p className="quiet">No key rolls back: that is pressed, read and typed.</p>
    <button type="button" onClick={close}>
      Close
    </button>
  </Popup>
);

/** What the keys and the button of the bar open; the palette is loaded when it is first wanted. */
export type Opened = 'help' | 'palette' | null;

interface KeyboardProps {
  readonly opened: Opened;
  readonly setOpened: (opened: Opened) => void;
}

/** The keys of the console. None of them acts: they move, and open what is then read. */
export const Keyboard = ({ opened, setOpened }: KeyboardProps) => {
  const navigate = useNavigate();
  const { holdOrGoOn } = useHolding();
  const goingSince = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const fulfil = (wish: Wish): void => {
      if ('to' in wish) return void navigate({ to: wish.to });
      if ('rows' in wish) return moveRow(wish.rows);
      if (wish.wish === 'help' || wish.wish === 'palette') return setOpened(wish.wish);
      if (wish.wish === 'acknowledge') return open('acknowledge');
      if (wish.wish === 'pause') return holdOrGoOn();
      if (wish.wish === 'time') go('main .range [aria-pressed=true], main .range button');
      else if (!go('main input, main select')) setOpened('palette');
    };
    const pressed = (event: KeyboardEvent): void => {
      const wish = wishOf(event, isTyping(event.target), event.timeStamp - goingSince.current);
      const isDialogOpen = document.querySelector('[role=dialog]:not(.own)') !== null;
      goingSince.current = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (wish === undefined || isDialogOpen) return;
      event.preventDefault();
      fulfil(wish);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [navigate, holdOrGoOn, setOpened]);
  const close = () => setOpened(null);
  if (opened === null) return null;
  return opened === 'help' ? (
    <Help close={close} />
  ) : (
    <Kept>
      <Suspense>
        <Palette close={close} />
      </Suspense>
    </Kept>
  );
};
