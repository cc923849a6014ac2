import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useHolding } from '../api/held.js';
import { Popup } from '../ui/popup.js';
import { KEYS, type Wish, wishOf } from './keys.js';

const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));

/** What is typed into a field is text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const go = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

/** Goes from row to row of the page, by the links in them. */
const moveRow = (by: number): void => {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
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
      go(wish.wish === 'time' ? 'main .range [aria-pressed=true], main .range button' : 'main input, main select');
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
    <Suspense>
      <Palette close={close} />
    </Suspense>
  );
};
