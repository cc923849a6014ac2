import '../now/verdict.css';
import './replay.css';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useId, useMemo, useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { usePages } from '../api/use-pages.js';
import { EventLink } from '../audit/event-link.js';
import { browserClock } from '../time/clock.js';
import { momentOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Card } from '../ui/card.js';
import { Chart } from '../ui/chart.js';
import { Failure } from '../ui/failure.js';
import { percent } from '../ui/figures.js';
import { More } from '../ui/more.js';
import { Reading } from '../ui/reading.js';
import { answeredAt, linesUntil, spanOf, together } from './counted.js';
import { eventMoment, momentAt } from './moment.js';
import {
  COUNTED,
  type RecordedEvent,
  REPLAYABLE,
  type Replayable,
  REPLAYED,
  type ReplayedIncident,
  TIMELINE,
} from './replay-document.js';
import { type ReplayRange, replayRange } from './replay-range.js';
import type { ReplaySearch } from './replay-search.js';
import { Scrubber } from './scrubber.js';
import { AlertsThen, FiguresThen, RegionsThen, RollbacksThen, VerdictThen } from './then.js';
import { usePlaying } from './use-playing.js';
import { WhatIf } from './what-if.js';

/** Of a long incident so many of the newest events are shown beside the moment; the incident's page has all. */
const SHOWN_EVENTS = 100;

interface TimelineProps {
  readonly events: readonly RecordedEvent[];
  readonly at: number;
  readonly seek: (at: number) => void;
}

const TimelineThen = ({ events, at, seek }: TimelineProps) => {
  const { zone } = useZone();
  const until = events.filter(({ recordedAt }) => Date.parse(recordedAt) <= at);
  const left = until.length - SHOWN_EVENTS;
  return (
    <Card
      title="Until then"
      className="wide"
      aside={<span className="quiet">{`${until.length} of ${events.length} events`}</span>}
    >
      {until.length === 0 && <p className="quiet">Nothing was recorded yet.</p>}
      <ol className="timeline until" aria-label="What had been recorded, newest first" tabIndex={0}>
        {until
          .slice(-SHOWN_EVENTS)
          .toReversed()
          .map(({ position, recordedAt, type, text, actor }) => (
            <li key={position}>
              <button type="button" className="plain" onClick={() => seek(Date.parse(recordedAt))}>
                {momentOf(Date.parse(recordedAt), zone)}
              </button>{' '}
              <EventLink position={position}>{type}</EventLink> {text} <span className="quiet">{actor}</span>
            </li>
          ))}
      </ol>
      {left > 0 && <p className="quiet">{`and ${left} before these`}</p>}
    </Card>
  );
};

interface PlayedProps {
  readonly incident: ReplayedIncident;
  readonly range: ReplayRange;
  readonly events: readonly RecordedEvent[];
  readonly begin: number;
}

const Played = ({ incident: { incidentId, rule, evidence }, range, events, begin }: PlayedProps) => {
  const { from, to, step } = range;
  const { backtest }: ReplaySearch = useSearch({ from: '/replay' });
  const navigate = useNavigate();
  const playing = usePlaying(begin, range);
  const { at, isPlaying, seek } = playing;
  const asked = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step };
  const { data, error } = useAnswer('counted', COUNTED, asked);
  const isCounted = data !== undefined;
  const regions = useMemo(() => data?.windows?.windows ?? [], [data]);
  const fleet = useMemo(() => together(regions, 'fleet'), [regions]);
  const moment = useMemo(() => momentAt(events, at), [events, at]);
  const drawn = useMemo(() => linesUntil(regions, at, range), [regions, at, range]);
  const marks = useMemo(() => [{ at, label: 'shown', token: '--text' }], [at]);
  const shown = Math.round(at / 1_000) * 1_000;
  useEffect(() => {
    if (isPlaying) return;
    const moment = new Date(shown).toISOString();
    const search = (before: ReplaySearch): ReplaySearch => ({ ...before, incident: incidentId, at: moment });
    void navigate({ to: '/replay', search, replace: true });
  }, [shown, isPlaying, incidentId, navigate]);
  return (
    <>
      <Scrubber
        {...playing}
        from={from}
        to={to}
        before={eventMoment(events, at, 'before')}
        next={eventMoment(events, at, 'next')}
      />
      <div className="then">
        <VerdictThen moment={moment} />
        <FiguresThen moment={moment} fleet={answeredAt(fleet, at, step)[0]} />
      </div>
      {error !== null && <Failure of="what was counted" error={error} />}
      <div className="parts">
        <Card title="Success, until then" className="wide">
          {isCounted ? (
            <Chart title="Success of fleet and regions" {...drawn} marks={marks} format={percent} height={190} />
          ) : (
            error === null && <p className="quiet chart-place">Reading what was counted …</p>
          )}
        </Card>
        <RegionsThen regions={isCounted ? answeredAt(regions, at, step) : undefined} span={spanOf(step)} />
        <AlertsThen alerts={moment.alerts} />
        <RollbacksThen rollbacks={moment.rollbacks} />
        <Card title="Look further">
          <ul className="apart">
            <li>
              <Link to="/incidents/$id" params={{ id: incidentId }}>
                The incident with its evidence, pages and acts
              </Link>
            </li>
            <li>
              <Link to="/audit" search={{ show: 'events', stream: `incident-${incidentId}` }}>
                Its events in the audit
              </Link>
            </li>
          </ul>
        </Card>
        <TimelineThen events={events} at={at} seek={seek} />
        <WhatIf incidentId={incidentId} rule={rule} evidence={evidence[0]} range={range} backtestId={backtest} />
      </div>
    </>
  );
};

/** The time of an incident; of one that is not over it ends where it was when the page was opened. */
const useRange = (incident: Replayable | null | undefined): ReplayRange | undefined => {
  const [opened] = useState(browserClock.now);
  const { onsetAt = null, openedAt, resolvedAt = null } = incident ?? {};
  return useMemo(
    () => (openedAt === undefined ? undefined : replayRange({ onsetAt, openedAt, resolvedAt }, opened)),
    [onsetAt, openedAt, resolvedAt, opened],
  );
};

const Replayed = ({ incidentId, at }: { readonly incidentId: string; readonly at: string | undefined }) => {
  const answer = useAnswer('replayed', REPLAYED, { incidentId }, { follows: [`incident-${incidentId}`] });
  const pages = usePages('replay-events', TIMELINE, { incidentId }, { pageOf: ({ events }) => events });
  const { rows, more } = pages;
  useEffect(() => more?.(), [more]);
  const incident = answer.data?.incident;
  const range = useRange(incident);
  return (
    <Reading of="the incident" answer={answer}>
      {({ incident: found }) => {
        if (found === null) return <p>There is no incident {incidentId}.</p>;
        if (rows === undefined || range === undefined) return <More of="its events" pages={pages} />;
        const wanted = at === undefined ? Date.parse(found.openedAt) : Date.parse(at);
        const begin = Math.min(range.to, Math.max(range.from, wanted));
        const isPart = more !== undefined || pages.isReading || pages.error !== null;
        return (
          <>
            {isPart && <p role="status">{`What follows is of its first ${rows.length} events.`}</p>}
            {isPart && <More of="its events" pages={pages} />}
            <Played incident={found} range={range} events={rows} begin={begin} />
          </>
        );
      }}
    </Reading>
  );
};

const Choose = ({ incidents, chosen }: { readonly incidents: readonly Replayable[]; readonly chosen: string }) => {
  const navigate = useNavigate();
  const { zone } = useZone();
  const id = useId();
  const isListed = incidents.some(({ incidentId }) => incidentId === chosen);
  return (
    <p className="choose">
      <label htmlFor={id}>Incident</label>
      <select
        id={id}
        value={chosen}
        onChange={({ target }) => void navigate({ to: '/replay', search: { incident: target.value } })}
      >
        {!isListed && <option value={chosen}>{chosen}</option>}
        {incidents.map(({ incidentId, title, openedAt, status }) => (
          <option key={incidentId} value={incidentId}>
            {`${momentOf(Date.parse(openedAt), zone)} ${zone} · ${title} · ${status}`}
          </option>
        ))}
      </select>
    </p>
  );
};

/** A past incident as it was known then, moment by moment, from what was recorded. */
export const ReplayPage = () => {
  const { incident, at }: ReplaySearch = useSearch({ from: '/replay' });
  const answer = useAnswer('replayable', REPLAYABLE, {}, { follows: ['incident-'] });
  return (
    <>
      <h1>Replay</h1>
      <Reading of="the incidents" answer={answer}>
        {({ incidents: { nodes } }) => {
          const chosen = incident ?? nodes[0]?.incidentId;
          if (chosen === undefined)
            return (
              <p>
                There was no incident yet, so there is nothing to replay. From the first one on every moment of it can
                be looked at here: what was counted, what was known, and what was done.
              </p>
            );
          return (
            <>
              <Choose incidents={nodes} chosen={chosen} />
              <Replayed key={chosen} incidentId={chosen} at={at} />
            </>
          );
        }}
      </Reading>
    </>
  );
};
