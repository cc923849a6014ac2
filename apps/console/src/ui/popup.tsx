import { lazy, Suspense } from 'react';
import type { PopupProps } from './popup-shown.js';

const load = async () => ({ default: (await import('./popup-shown.js')).PopupShown });
const Shown = lazy(load);

/** Fetches what popups need, so that the first one opens at once, and still opens when the line has broken. */
export const fetchPopup = (): void => void load();

/** A dialog that is open for as long as it is rendered. Its code comes after the page, which nobody waits for. */
export const Popup = (props: PopupProps) => (
  <Suspense>
    <Shown {...props} />
  </Suspense>
);
