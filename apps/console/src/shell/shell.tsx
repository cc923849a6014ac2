import './shell.css';
import { Link, Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { CallerProvider, useCaller } from '../api/caller.js';
import { HeldProvider } from '../api/held.js';
import { useSession } from '../api/session.js';
import { chooseTheme, shownTheme, THEMES, themeOf } from '../theme/theme.js';
import { browserClock } from '../time/clock.js';
import { useZone, ZoneProvider } from '../time/zone.js';
import { fetchPopup } from '../ui/popup.js';
import { words } from '../ui/words.js';
import { fetchPalette, Keyboard, type Opened } from './keyboard.js';
import { LineState, PauseButton } from './line-state.js';
import { PAGES } from './pages.js';
import { fetchSelf, SelfState } from './self-state.js';
import { usePageName } from './use-page-name.js';

const ZoneButton = () => {
  const { zone, choose } = useZone();
  return (
    <button type="button" onClick={() => choose(zone === 'UTC' ? 'local' : 'UTC')} title="Time zone">
      <span className="seen-by-readers">Time zone: </span>
      {zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone}
    </button>
  );
};

const ThemeChoice = () => {
  const [theme, setTheme] = useState(shownTheme);
  const choose = (name: string) => {
    const chosen = themeOf(name);
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <p>
      <label htmlFor="colours">Colours</label>
      <select id="colours" value={theme} onChange={({ target }) => choose(target.value)}>
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {each === 'system' ? 'as the system' : each}
          </option>
        ))}
      </select>
    </p>
  );
};

/** Who looks, behind their name: what they are, their colours, and the way out. */
const Who = () => {
  const { name, roles } = useCaller();
  const { end } = useSession();
  return (
    <>
      <button type="button" popoverTarget="own" aria-haspopup="dialog">
        {name}
      </button>
      <div id="own" popover="auto" role="dialog" aria-label="You" className="own">
        <p>{`${name}, ${roles.map(words).join(', ')}`}</p>
        <ThemeChoice />
        <button type="button" onClick={end}>
          Sign out
        </button>
      </div>
    </>
  );
};

const Bar = ({ find }: { readonly find: () => void }) => (
  <header className="bar">
    <Link to="/" className="brand">
      Tocsin
    </Link>
    <nav aria-label="Pages">
      {PAGES.map(({ to, name }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/' }}>
          {name}
        </Link>
      ))}
    </nav>
    <div className="state">
      <LineState />
      <SelfState />
    </div>
    <div className="choices">
      <button type="button" onClick={find} aria-keyshortcuts="Control+K">
        Go to …
      </button>
      <PauseButton />
      <ZoneButton />
      <Who />
    </div>
  </header>
);

/** By then the page has what it shows. */
const POPUP_AFTER_MS = 2_000;
/** What may be wanted when the line has broken, or this tab's version is gone. */
const fetchParts = (): void => {
  for (const fetchPart of [fetchPopup, fetchPalette, fetchSelf]) fetchPart();
};

const Framed = () => {
  const [opened, setOpened] = useState<Opened>(null);
  const name = usePageName();
  useEffect(() => browserClock.after(POPUP_AFTER_MS, fetchParts), []);
  return (
    <>
      <a className="skip" href="#page">
        To the page
      </a>
      <Bar find={() => setOpened('palette')} />
      <main id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <p role="status" className="seen-by-readers">
        {name}
      </p>
      <Keyboard opened={opened} setOpened={setOpened} />
    </>
  );
};

/** What stands around every page. */
export const Shell = () => (
  <ZoneProvider>
    <HeldProvider>
      <CallerProvider>
        <Framed />
      </CallerProvider>
    </HeldProvider>
  </ZoneProvider>
);
