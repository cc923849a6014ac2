import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { useLive } from '../api/live-context.js';
import { useNow } from '../time/clock.js';
import { newestOf } from '../time/pieces.js';
import { rangeOf } from '../time/range.js';
import { RangePicker } from '../time/range-picker.js';
import { useWhole } from '../time/use-whole.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { SuccessAndP99 } from '../ui/success-and-p99.js';
import { words } from '../ui/words.js';
import { type FleetAlert, NODE, NODE_SERIES, type NodeAnswer, type NodeStep } from './fleet-document.js';
import { completenessOf, presenceOf, serverNow } from './presence.js';
import { releasesTold } from './releases.js';
import { alertsByNode, boundsOf, useFleetSaid } from './use-fleet.js';

const STEP_MS = 10_000;
/** The API answers ten minutes of one node at once. */
const ANSWER_MS_MAX = 600_000;

const Drawn = ({ steps }: { readonly steps: readonly NodeStep[] }) => {
  if (steps.every(({ good, bad }) => good + bad === 0))
    return <p className="quiet">Nothing was counted of it in this time: whether anybody asked it is not known.</p>;
  return <SuccessAndP99 steps={steps} />;
};

const Series = ({ nodeId }: { readonly nodeId: string }) => {
  const range = rangeOf(useSearch({ from: '/fleet/$id' }), useWhole(STEP_MS));
  const { from, to } = newestOf(range, ANSWER_MS_MAX, STEP_MS);
  const asked = { nodeId, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return (
    <Card title="How it answered" className="wide" aside={<RangePicker />}>
      {range.to - range.from > ANSWER_MS_MAX && (
        <p className="quiet">The newest ten minutes are shown: pin a shorter time for what was before.</p>
      )}
      <Reading of="its figures" answer={useAnswer('node-series', NODE_SERIES, asked)}>
        {({ windows }) => <Drawn steps={windows?.windows ?? []} />}
      </Reading>
    </Card>
  );
};

const Completeness = ({ node }: { readonly node: NodeAnswer }) => {
  const { published, counted, late, rejected, gap, difference, batches, gapBatches, duplicates, unreadable } = node;
  const known = (value: number | null): string => (value === null ? 'not known' : count(value));
  return (
    <Card title="Completeness of its telemetry">
      <p>
        <Mark tone={difference === 0 ? 'good' : difference === null ? 'still' : 'bad'}>{completenessOf(node)}</Mark>{' '}
        published = counted + late + refused + never arrived
      </p>
      <dl className="facts">
        <dt>Published, as it says</dt>
        <dd>{known(published)}</dd>
        <dt>Counted</dt>
        <dd>{count(counted)}</dd>
        <dt>Late</dt>
        <dd>{count(late)}, in every total and seen by no rule</dd>
        <dt>Refused</dt>
        <dd>{count(rejected)}, from the future</dd>
        <dt>Never arrived</dt>
        <dd>
          {known(gap)}, of {count(gapBatches)} batches
        </dd>
        <dt>Batches</dt>
        <dd>
          {count(batches)}; {count(duplicates)} came twice and counted once, {count(unreadable)} could not be read
        </dd>
      </dl>
    </Card>
  );
};

/** How it is heard, by what was read of it and by what rules say: without the latter it is not known. */
const Heard = ({ node, alerts }: { readonly node: NodeAnswer; readonly alerts: readonly FleetAlert[] }) => {
  const { tone, text } = presenceOf(node, alerts, serverNow(useNow(), useLive()));
  return <Mark tone={tone}>{text}</Mark>;
};

const ALERT_COLUMNS = [
  {
    heading: 'Alert',
    cell: ({ alertId, rule }: FleetAlert) => (
      <Link to="/alerts/$id" params={{ id: alertId }}>
        {words(rule)}
      </Link>
    ),
  },
  { heading: 'State', cell: ({ state }: FleetAlert) => state },
  { heading: 'Severity', cell: ({ severity }: FleetAlert) => severity },
];

const Said = ({ node }: { readonly node: NodeAnswer }) => {
  const { nodeId } = node;
  return (
    <Reading of="what rules and rollouts say of it" answer={useFleetSaid()}>
      {(said) => {
        const alerts = alertsByNode(said.alerts.nodes).get(nodeId) ?? [];
        const bounds = boundsOf(said);
        return (
          <>
            <dl className="facts">
              <dt>Presence</dt>
              <dd>
                <Heard node={node} alerts={alerts} />
              </dd>
              <dt>Release, as rollouts told</dt>
              <dd>{releasesTold(said.rollouts.nodes).get(nodeId) ?? 'no rollout spoke of it'}</dd>
            </dl>
            <h3>Open alerts of it</h3>
            <Rows
              label="Alerts"
              columns={ALERT_COLUMNS}
              rows={alerts}
              keyOf={({ alertId }) => alertId}
              none={bounds === '' ? 'No rule complains of it.' : 'None that was looked through is of it.'}
            />
            {bounds !== '' && <p className="quiet">{`Looked through were ${bounds}.`}</p>}
          </>
        );
      }}
    </Reading>
  );
};

const Shown = ({ node }: { readonly node: NodeAnswer }) => (
  <>
    <h1>{node.nodeId}</h1>
    <div className="parts">
      <Series nodeId={node.nodeId} />
      <Card title="How it is heard">
        <dl className="facts">
          <dt>Last outcome</dt>
          <dd>
            <When at={node.lastEventAt} />
          </dd>
          <dt>PoP</dt>
          <dd>
            <Link to="/fleet" search={{ pop: node.pop }}>
              {node.pop}
            </Link>
            , {node.region}
          </dd>
          <dt>Address</dt>
          <dd>{node.address ?? 'not told'}</dd>
        </dl>
        <Said node={node} />
      </Card>
      <Completeness node={node} />
    </div>
  </>
);

/** One node: whether it is heard, how it answers, and whether all that it said was counted. */
export const NodePage = () => {
  const { id } = useParams({ from: '/fleet/$id' });
  return (
    <Reading of="the node" answer={useAnswer('node', NODE, { nodeId: id }, { everyMs: 5_000 })}>
      {({ fleetNode }) => (fleetNode === null ? <p>There is no node {id}.</p> : <Shown node={fleetNode} />)}
    </Reading>
  );
};
