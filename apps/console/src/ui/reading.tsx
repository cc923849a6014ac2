import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { RequestFailed } from '../api/request.js';
import { Failure } from './failure.js';

interface ReadingProps<Data> {
  /** What is read, in the words of the page. */
  readonly of: string;
  readonly answer: UseQueryResult<Data, RequestFailed>;
  readonly children: (data: Data) => ReactNode;
}

/** A part of a page that is being read, could not be read, or is there; what was there stays beside the reason why nothing newer is. */
export const Reading = <Data,>({ of, answer: { data, error }, children }: ReadingProps<Data>) => (
  <>
    {error !== null && <Failure of={of} error={error} />}
    {data === undefined ? error === null && <p className="quiet">Reading {of} …</p> : children(data)}
  </>
);
