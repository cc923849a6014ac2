import type { ReactNode } from 'react';
import type { RequestFailed } from '../api/request.js';
import { Failure } from '../ui/failure.js';
import type { OpenIncident } from './now-document.js';

/** What is known of the incident that the page speaks of: that there is none, that it is not read yet, or all of it. */
export interface IncidentTold {
  readonly isOpen: boolean;
  readonly incident: OpenIncident | undefined;
  /** Why nothing newer could be read. */
  readonly error: RequestFailed | null;
}

/** Whether what stands behind it has its place: it comes with what is read of the incident, and nothing moves. */
export const isRead = ({ isOpen, incident, error }: IncidentTold): boolean =>
  !isOpen || incident !== undefined || error !== null;

interface OfIncidentProps {
  readonly told: IncidentTold;
  /** What the part says where none is open. */
  readonly none: ReactNode;
  readonly children: (incident: OpenIncident) => ReactNode;
}

/** A part that speaks of the incident; what is not read is never told as if there were none. */
export const OfIncident = ({ told: { isOpen, incident, error }, none, children }: OfIncidentProps) => {
  if (!isOpen) return none;
  return (
    <>
      {error !== null && <Failure of="the incident" error={error} />}
      {incident === undefined ? error === null && <p className="quiet">Reading the incident …</p> : children(incident)}
    </>
  );
};
