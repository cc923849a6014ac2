import './shell.css';
import { Link, Outlet } from '@tanstack/react-router';
import { useSession } from '../api/session.js';
import { useZone, ZoneProvider } from '../time/zone.js';
import { LineState } from './line-state.js';

const ZoneButton = () => {
  const { zone, choose } = useZone();
  return (
    <button type="button" onClick={() => choose(zone === 'UTC' ? 'local' : 'UTC')} aria-label={`Time zone: ${zone}`}>
      {zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone}
    </button>
  );
};

const Bar = () => {
  const { end } = useSession();
  return (
    <header className="bar">
      <Link to="/" className="brand">
        Tocsin
      </Link>
      <nav aria-label="Pages">
        <Link to="/">Now</Link>
      </nav>
      <LineState />
      <ZoneButton />
      <button type="button" onClick={end}>
        Sign out
      </button>
    </header>
  );
};

/** What stands around every page. */
export const Shell = () => (
  <ZoneProvider>
    <a className="skip" href="#page">
      To the page
    </a>
    <Bar />
    <main id="page" tabIndex={-1}>
      <Outlet />
    </main>
  </ZoneProvider>
);
