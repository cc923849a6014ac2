import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Chart } from '../ui/chart.js';
import { count, latency, percent } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { FLEET, type FleetAlert, NODE, NODE_SERIES, type NodeAnswer } from './fleet-document.js';
import { completenessOf, presenceOf } from './presence.js';
import { releasesTold } from './releases.js';
import { alertsByNode } from './use-fleet.js';

const TEN_MINUTES_MS = 600_000;
const STEP_MS = 10_000;
/** A timeout is slower than every latency: drawn at the longest that a query is waited for, 5 s, in µs. */
const TIMEOUT_US = 5_000_000;

const Series = ({ nodeId }: { readonly nodeId: string }) => {
  const to = Math.floor(useNow() / STEP_MS) * STEP_MS;
  const asked = { nodeId, from: new Date(to - TEN_MINUTES_MS).toISOString(), to: new Date(to).toISOString() };
  const answer = useAnswer('node-series', NODE_SERIES, asked);
  const steps = useMemo(() => answer.data?.windows?.windows ?? [], [answer.data]);
  const times = useMemo(() => steps.map(({ from }) => Date.parse(from)), [steps]);
  const success = useMemo(
    () => [{ label: 'success', token: '--link', values: steps.map((step) => step.success) }],
    [steps],
  );
  const slow = useMemo(
    () => [
      {
        label: 'p99',
        token: '--warn',
        values: steps.map(({ p99 }) => (p99 === 'timeout' ? TIMEOUT_US : (p99 as number | null))),
      },
    ],
    [steps],
  );
  const asks = steps.reduce((sum, { good, bad }) => sum + good + bad, 0);
  return (
    <Card title="How it answered in the last ten minutes" className="wide">
      <Reading of="its figures" answer={answer}>
        {() =>
          asks === 0 ? (
            <p className="quiet">
              It answered nobody: without telemetry that is unknown, with telemetry it is no traffic.
            </p>
          ) : (
            <div className="pair">
              <Chart title="Success" times={times} lines={success} format={percent} />
              <Chart title="p99" times={times} lines={slow} format={latency} />
            </div>
          )
        }
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

interface ShownProps {
  readonly node: NodeAnswer;
  readonly alerts: readonly FleetAlert[];
  readonly release: string | undefined;
}

const Shown = ({ node, alerts, release }: ShownProps) => {
  const { tone, text } = presenceOf(node, alerts, useNow());
  return (
    <>
      <h1>{node.nodeId}</h1>
      <div className="parts">
        <Series nodeId={node.nodeId} />
        <Card title="How it is heard">
          <dl className="facts">
            <dt>Presence</dt>
            <dd>
              <Mark tone={tone}>{text}</Mark>
            </dd>
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
            <dt>Release, as rollouts told</dt>
            <dd>{release ?? 'no rollout spoke of it'}</dd>
          </dl>
        </Card>
        <Completeness node={node} />
        <Card title="Open alerts of it" className="wide">
          <Rows
            label="Alerts"
            columns={[
              {
                heading: 'Alert',
                cell: ({ alertId, rule }) => (
                  <Link to="/alerts/$id" params={{ id: alertId }}>
                    {words(rule)}
                  </Link>
                ),
              },
              { heading: 'State', cell: ({ state }) => state },
              { heading: 'Severity', cell: ({ severity }) => severity },
            ]}
            rows={alerts}
            keyOf={({ alertId }) => alertId}
            none="No rule complains of it."
          />
        </Card>
      </div>
    </>
  );
};

/** One node: whether it is heard, how it answers, and whether all that it said was counted. */
export const NodePage = () => {
  const { id } = useParams({ from: '/fleet/$id' });
  const fleet = useAnswer('fleet', FLEET, {}, { follows: ['alert-', 'rollout-', 'rollback-'] });
  const alerts = alertsByNode(fleet.data?.alerts.nodes ?? []).get(id) ?? [];
  const release = releasesTold(fleet.data?.rollouts.nodes ?? []).get(id);
  return (
    <Reading of="the node" answer={useAnswer('node', NODE, { nodeId: id }, { everyMs: 5_000 })}>
      {({ fleetNode }) =>
        fleetNode === null ? (
          <p>There is no node {id}.</p>
        ) : (
          <Shown node={fleetNode} alerts={alerts} release={release} />
        )
      }
    </Reading>
  );
};
