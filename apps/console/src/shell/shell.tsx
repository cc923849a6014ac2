import './shell.css';
import { Link, Outlet } from '@tanstack/react-router';
import { CallerProvider, useCaller } from '../api/caller.js';
import { useSession } from '../api/session.js';
import { useZone, ZoneProvider } from '../time/zone.js';
import { words } from '../ui/words.js';
import { Keyboard } from './keyboard.js';
import { LineState } from './line-state.js';
import { PAGES } from './pages.js';

const ZoneButton = () => {
  const { zone, choose } = useZone();
  return (
    <button type="button" onClick={() => choose(zone === 'UTC' ? 'local' : 'UTC')} aria-label={`Time zone: ${zone}`}>
      {zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone}
    </button>
  );
};

const Who = () => {
  const { name, roles } = useCaller();
  const { end } = useSession();
  return (
    <>
      <span className="quiet">{`${name}, ${roles.map(words).join(', ')}`}</span>
      <button type="button" onClick={end}>
        Sign out
      </button>
    </>
  );
};

const Bar = () => (
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
    <LineState />
    <ZoneButton />
    <Who />
  </header>
);

/** What stands around every page. */
export const Shell = () => (
  <ZoneProvider>
    <CallerProvider>
      <a className="skip" href="#page">
        To the page
      </a>
      <Bar />
      <main id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <Keyboard />
    </CallerProvider>
  </ZoneProvider>
);
