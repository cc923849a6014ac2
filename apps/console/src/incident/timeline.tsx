import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { usePages } from '../api/use-pages.js';
import { Card } from '../ui/card.js';
import { count } from '../ui/figures.js';
import { More } from '../ui/more.js';
import { Steps, useNamedEvent } from '../ui/steps.js';
import { INCIDENT_EVENTS } from './incident-document.js';

/** Everything that happened to the incident and to what belongs to it, as it was recorded; the event that the address names is read up to. */
export const Timeline = ({
  incidentId,
  follows,
}: {
  readonly incidentId: string;
  readonly follows: readonly string[];
}) => {
  const pages = usePages(
    'incident-events',
    INCIDENT_EVENTS,
    { incidentId },
    { pageOf: ({ events }) => events, follows },
  );
  const { rows, more } = pages;
  const named = useNamedEvent();
  const isBehind = named !== undefined && (rows?.at(-1)?.position ?? named) < named;
  useEffect(() => {
    if (isBehind) more?.();
  }, [isBehind, more]);
  return (
    <Card
      title="Timeline"
      className="wide"
      aside={
        <>
          <span className="quiet">
            {rows === undefined ? '' : `${count(rows.length)} events${more ? ', and more' : ''}`}
          </span>
          <Link to="/replay" search={{ incident: incidentId }}>
            Replay it
          </Link>
        </>
      }
    >
      <Steps steps={(rows ?? []).map((row) => ({ ...row, at: row.recordedAt }))} />
      <More of="the timeline" pages={pages} />
    </Card>
  );
};
