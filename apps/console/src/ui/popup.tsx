import { Suspense } from 'react';
import { Kept, lazyPart } from './lazy-part.js';

const Shown = lazyPart(async () => (await import('./popup-shown.js')).PopupShown);

/** Fetches what popups need, so that the first one opens at once, and still opens when the line has broken. */
export const fetchPopup = (): void => void Shown.preload();

type PopupProps = Parameters<typeof Shown>[0];

/** A dialog that is open for as long as it is rendered. Its code comes after the page, which nobody waits for. */
export const Popup = (props: PopupProps) => (
  <Kept>
    <Suspense>
      <Shown {...props} />
    </Suspense>
  </Kept>
);
