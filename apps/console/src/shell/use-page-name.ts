import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

const nameOf = (page: HTMLElement): string => page.querySelector('h1')?.textContent ?? '';

/**
 * Names the tab by the heading of the page, which of Now is the verdict, so that a tab behind others says how it stands. After a way to
 * another page the focus is on that page, and its name is returned, to be said once it is there.
 */
export const usePageName = (): string => {
  const router = useRouter();
  const [said, setSaid] = useState('');
  useEffect(() => {
    const page = document.getElementById('page');
    if (page === null) return;
    let isNew = false;
    const named = (): void => {
      const name = nameOf(page);
      document.title = name === '' ? 'Tocsin' : `${name} · Tocsin`;
      if (!isNew || name === '') return;
      isNew = false;
      setSaid(name);
    };
    const arrived = router.subscribe('onResolved', ({ fromLocation, pathChanged, toLocation }) => {
      if (fromLocation === undefined || !pathChanged) return;
      isNew = true;
      page.focus({ preventScroll: true });
      if (toLocation.hash === '') scrollTo(0, 0);
      named();
    });
    const watcher = new MutationObserver(named);
    watcher.observe(page, { subtree: true, childList: true, characterData: true });
    named();
    return () => {
      arrived();
      watcher.disconnect();
      document.title = 'Tocsin';
    };
  }, [router]);
  return said;
};
