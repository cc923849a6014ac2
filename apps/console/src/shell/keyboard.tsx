import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { PAGES } from './pages.js';

/** After `g` the letter of a page is waited for so long; then it is a letter like any other. */
const SECOND_KEY_MS = 1_500;

/** What is typed into a field is text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Goes from row to row of the first table of the page, by the links in them. */
const moveRow = (by: number): void => {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
};

const KEYS = [
  ['?', 'this help'],
  ...PAGES.map(({ letter, name }) => [`g ${letter}`, `to ${name}`] as const),
  ['j, k', 'the next row, the one before'],
  ['/', 'to the first field of the page'],
  ['Esc', 'closes a dialog'],
] as const;

const Help = ({ isOpen, setOpen }: { readonly isOpen: boolean; readonly setOpen: (open: boolean) => void }) => (
  <Dialog.Root open={isOpen} onOpenChange={(open) => setOpen(open)}>
    <Dialog.Portal>
      <Dialog.Backdrop className="behind" />
      <Dialog.Popup className="dialog">
        <Dialog.Title>Keyboard</Dialog.Title>
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
        <Dialog.Close>Close</Dialog.Close>
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

/** The keys of the console. None of them acts: they move, and open what is then read. */
export const Keyboard = () => {
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    let goingSince = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const page = PAGES.find(({ letter }) => letter === event.key);
      const isGoing = event.timeStamp - goingSince < SECOND_KEY_MS;
      goingSince = event.key === 'g' ? event.timeStamp : 0;
      if (isGoing && page !== undefined) void navigate({ to: page.to });
      else if (event.key === '?') setOpen(true);
      else if (event.key === 'j') moveRow(1);
      else if (event.key === 'k') moveRow(-1);
      else if (event.key === '/') document.querySelector<HTMLElement>('main input, main select')?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [navigate]);
  return <Help isOpen={isOpen} setOpen={setOpen} />;
};
