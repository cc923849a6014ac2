import './verdict.css';
import { Link } from '@tanstack/react-router';
import type { OpenTitle } from './now-document.js';
import type { Standing, Verdict } from './verdict.js';

const ICONS: Readonly<Record<Standing, string>> = {
  failing: '▲',
  warned: '◆',
  silent: '?',
  idle: '○',
  unread: '…',
  well: '●',
};

interface VerdictLineProps {
  readonly verdict: Verdict;
  readonly worst: OpenTitle | undefined;
  /** How many are open beside it, in words. */
  readonly others: string | undefined;
}

/**
 * What is looked at first, and the way to it. Its figures change each second: a screen reader is told of a change of what it says, and
 * reads the figures when it comes by.
 */
export const VerdictLine = ({ verdict: { standing, text, said }, worst, others }: VerdictLineProps) => (
  <section className={`verdict ${standing}`} aria-label="Verdict">
    <span aria-hidden="true">{ICONS[standing]} </span>
    <div>
      <h1>{text}</h1>
      {worst !== undefined && (
        <p>
          <Link to="/incidents/$id" params={{ id: worst.incidentId }}>
            The incident
          </Link>
          {others !== undefined && (
            <>
              {', '}
              <Link to="/incidents">{others}</Link>
            </>
          )}
        </p>
      )}
    </div>
    <p role="status" className="seen-by-readers">
      {said}
    </p>
  </section>
);
