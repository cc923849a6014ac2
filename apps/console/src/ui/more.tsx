import type { Pages } from '../api/use-pages.js';
import { Failure } from './failure.js';

interface MoreProps {
  /** What is read, in the words of the page. */
  readonly of: string;
  readonly pages: Pages<unknown>;
}

/** Below a list that is longer than what was read: reads on, and says when it does. */
export const More = ({ of, pages: { rows, error, more, again, isReading } }: MoreProps) => (
  <>
    {error !== null && <Failure of={of} error={error} />}
    {rows === undefined && error === null && <p className="quiet">Reading {of} …</p>}
    {again !== undefined && (
      <button type="button" onClick={again}>
        Try again
      </button>
    )}
    {isReading && <p role="status">Reading more of {of} …</p>}
    {more !== undefined && (
      <button type="button" onClick={more}>
        Read on
      </button>
    )}
  </>
);
