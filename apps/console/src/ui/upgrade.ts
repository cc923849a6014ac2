/** The version that this tab was loaded anew for; so that it happens once for each, whatever comes of it. */
const PLACE = 'tocsin.loaded-anew';

/** What is needed to load the console anew. */
export interface UpgradeParts {
  /** Address of the script that this tab runs: it holds the hash of the whole version. Null: it is not known. */
  readonly own: string | null;
  /** The page that the server has now; fails where there is none to be had. */
  readonly page: () => Promise<string>;
  readonly kept: Pick<Storage, 'getItem' | 'setItem'>;
  readonly reload: () => void;
}

/**
 * Loads the console anew, at the address where it is, if a part could not be loaded because the server has another version by now: parts
 * of a version are gone with it. Where the server cannot be reached the tab stays as it is: what it has is more than an empty page.
 */
export const loadAnew = async ({ own, page, kept, reload }: UpgradeParts): Promise<boolean> => {
  if (own === null || kept.getItem(PLACE) === own) return false;
  const isAnother = await page().then(
    (text) => !text.includes(own),
    () => false,
  );
  if (!isAnother) return false;
  kept.setItem(PLACE, own);
  reload();
  return true;
};

/** Longer than a page takes that comes at all. */
const TIMEOUT_MS = 10_000;

const readPage = async (): Promise<string> => {
  const response = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
};

/** As this tab is loaded anew. */
export const ofThisTab = (): UpgradeParts => ({
  own: document.querySelector('script[type=module][src]')?.getAttribute('src') ?? null,
  page: readPage,
  kept: sessionStorage,
  reload: () => location.reload(),
});
