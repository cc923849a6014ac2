import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';

/** A popup: what it is called, how it is closed, and what is in it. */
export interface PopupProps {
  readonly title: string;
  readonly className?: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A popup as it is shown: the rest of the page waits, Esc closes it, and the focus goes back to where it was. */
export const PopupShown = ({ title, className = '', close, children }: PopupProps) => (
  <Dialog.Root open onOpenChange={(isOpen) => isOpen || close()}>
    <Dialog.Portal>
      <Dialog.Backdrop className="behind" />
      <Dialog.Popup className={`dialog ${className}`}>
        <Dialog.Title>{title}</Dialog.Title>
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);
