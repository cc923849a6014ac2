import type { RequestFailed } from '../api/request.js';

interface FailureProps {
  /** What could not be read, in the words of the page. */
  readonly of: string;
  readonly error: RequestFailed;
}

/** That something could not be read, and why; never an empty place. */
export const Failure = ({ of, error }: FailureProps) => (
  <p role="alert" className="failure">
    Could not read {of}: {error.message} <code>{error.problem?.code}</code>
  </p>
);
