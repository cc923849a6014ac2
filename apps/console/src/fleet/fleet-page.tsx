import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Live } from '../api/live.js';
import { useLive } from '../api/live-context.js';
import { Card } from '../ui/card.js';
import { Choice, Find } from '../ui/choice.js';
import { Failure } from '../ui/failure.js';
import { count, latency, percent } from '../ui/figures.js';
import { type LongColumn, LongRows } from '../ui/long-rows.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { grouped } from '../ui/grouped.js';
import { completenessOf, isHeard, type PopShown, stateOf } from './presence.js';
import { type NodeShown, useFleet } from './use-fleet.js';

const noRegions = (line: Live['line']): string =>
  line.state === 'live'
    ? 'Nothing was counted of any region. That is unknown, not healthy.'
    : 'The figures of the regions come over the live line, which is not there: nothing is known of them.';

const Regions = ({ shown }: { readonly shown: readonly NodeShown[] }) => {
  const { health, line } = useLive();
  const nodes = useMemo(() => grouped(shown, ({ region }) => region), [shown]);
  return (
    <Card title="Regions, last minute" className="wide">
      <Rows
        label="Regions"
        columns={[
          { heading: 'Region', cell: ({ key }) => key },
          {
            heading: 'State',
            cell: ({ key, success }) => {
              const presences = (nodes.get(key) ?? []).map(({ presence }) => presence);
              const [tone, text] = stateOf(presences, success);
              return <Mark tone={tone}>{text}</Mark>;
            },
          },
          { heading: 'Success', isNumber: true, cell: ({ success }) => percent(success) },
          { heading: 'p50', isNumber: true, cell: ({ p50 }) => latency(p50) },
          { heading: 'p99', isNumber: true, cell: ({ p99 }) => latency(p99) },
          { heading: 'Asked', isNumber: true, cell: ({ good, bad }) => count(good + bad) },
        ]}
        rows={health?.regions ?? []}
        keyOf={({ key }) => key}
        none={noRegions(line)}
      />
    </Card>
  );
};

const POP_COLUMNS = [
  {
    heading: 'PoP',
    cell: ({ pop }: PopShown) => (
      <Link to="/fleet" search={{ pop }}>
        {pop}
      </Link>
    ),
  },
  { heading: 'Region', cell: ({ region }: PopShown) => region },
  { heading: 'State', cell: ({ tone, text }: PopShown) => <Mark tone={tone}>{text}</Mark> },
  { heading: 'Success', isNumber: true, cell: ({ success }: PopShown) => percent(success) },
  { heading: 'Asked', isNumber: true, cell: ({ asked }: PopShown) => count(asked) },
  { heading: 'Nodes heard', isNumber: true, cell: ({ heard, nodes }: PopShown) => `${heard} of ${nodes}` },
  {
    heading: 'Never arrived',
    isNumber: true,
    cell: ({ missing }: PopShown) => (missing === null ? 'not known' : count(missing)),
  },
  {
    heading: 'Releases, as rollouts told',
    cell: ({ releases }: PopShown) =>
      releases.map(([release, nodes]) => `${release} on ${nodes}`).join(', ') || 'no rollout told',
  },
];

const COLUMNS: readonly LongColumn<NodeShown>[] = [
  {
    name: 'node',
    heading: 'Node',
    rank: ({ nodeId }) => nodeId,
    cell: ({ nodeId }) => (
      <Link to="/fleet/$id" params={{ id: nodeId }}>
        {nodeId}
      </Link>
    ),
  },
  { name: 'pop', heading: 'PoP', rank: ({ pop }) => pop, cell: ({ pop }) => pop },
  { name: 'region', heading: 'Region', rank: ({ region }) => region, cell: ({ region }) => region },
  {
    name: 'presence',
    heading: 'Presence',
    // The one that was heard last the longest ago is the worst.
    rank: ({ lastEventAt }) => (lastEventAt === null ? 0 : -Date.parse(lastEventAt)),
    cell: ({ presence: { tone, text } }) => <Mark tone={tone}>{text}</Mark>,
  },
  {
    name: 'release',
    heading: 'Release',
    rank: ({ release }) => release ?? null,
    cell: ({ release }) => release ?? '—',
  },
  {
    name: 'counted',
    heading: 'Counted',
    isNumber: true,
    rank: ({ counted }) => counted,
    cell: ({ counted }) => count(counted),
  },
  { name: 'late', heading: 'Late', isNumber: true, rank: ({ late }) => late, cell: ({ late }) => count(late) },
  {
    name: 'missing',
    heading: 'Never arrived',
    isNumber: true,
    rank: ({ gap }) => gap,
    cell: ({ gap }) => (gap === null ? '—' : count(gap)),
  },
  {
    name: 'completeness',
    heading: 'Completeness',
    rank: ({ difference }) => (difference === null ? null : Math.abs(difference)),
    cell: completenessOf,
  },
];

const PRESENCES = ['heard', 'alert', 'quiet', 'silent', 'never heard'] as const;
const PRESENCE_WORDS: Readonly<Record<(typeof PRESENCES)[number], string>> = {
  heard: 'heard',
  alert: 'heard, with an alert',
  quiet: 'nothing counted',
  silent: 'no telemetry',
  'never heard': 'never heard',
};

const among = (values: readonly string[]) => [...new Set(values)].toSorted().map((each) => [each, each] as const);

const Nodes = ({ shown }: { readonly shown: readonly NodeShown[] }) => {
  const { order, pop, region, find, presence } = useSearch({ from: '/fleet' });
  const navigate = useNavigate({ from: '/fleet' });
  const choose = (name: 'order' | 'pop' | 'region' | 'find' | 'presence') => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _before, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
      replace: true,
    });
  const rows = shown.filter(
    (node) =>
      (pop === undefined || node.pop === pop) &&
      (region === undefined || node.region === region) &&
      (presence === undefined || node.presence.word === presence) &&
      (find === undefined || node.nodeId.toLowerCase().includes(find.toLowerCase())),
  );
  const pops = useMemo(() => among(shown.map((node) => node.pop)), [shown]);
  const regions = useMemo(() => among(shown.map((node) => node.region)), [shown]);
  return (
    <>
      <div className="filters" role="search">
        <Find label="Node" value={find} choose={choose('find')} />
        <Choice label="PoP" value={pop} options={pops} choose={choose('pop')} />
        <Choice label="Region" value={region} options={regions} choose={choose('region')} />
        <Choice
          label="Presence"
          value={presence}
          options={PRESENCES.map((word) => [word, PRESENCE_WORDS[word]])}
          choose={choose('presence')}
        />
        <span>{`${count(rows.length)} of ${count(shown.length)}`}</span>
      </div>
      <LongRows
        label="Nodes"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ nodeId }) => nodeId}
        none={
          shown.length === 0
            ? 'No node was registered: POST /v1/nodes says which there are, so that one that is silent can be missed.'
            : 'None is as was asked for.'
        }
        order={order}
        setOrder={choose('order')}
      />
    </>
  );
};

/** How many are heard, and that the rest is unknown, in a sentence. */
const sumOf = (shown: readonly NodeShown[]): string => {
  const of = (word: NodeShown['presence']['word']): number =>
    shown.filter(({ presence }) => presence.word === word).length;
  const heard = shown.filter(({ presence }) => isHeard(presence)).length;
  return `${count(heard)} of ${count(shown.length)} nodes are heard, of ${count(of('quiet'))} nothing was counted, of ${count(of('silent'))} a rule says that there is no telemetry, ${count(of('never heard'))} never spoke.`;
};

/** The fleet: regions, PoPs and nodes, who of them is heard, and whether all of what they say was counted. */
export const FleetPage = () => {
  const { nodes, shown, pops, bounds, isJudged, errors } = useFleet();
  return (
    <>
      <h1>Fleet</h1>
      {errors.map((error) => error !== null && <Failure key={error.message} of="a part of the fleet" error={error} />)}
      <Reading of="the nodes" answer={nodes}>
        {({ isCut }) => (
          <>
            {isCut && <p className="quiet">There are more nodes than are read here.</p>}
            <p>{sumOf(shown)}</p>
            {!isJudged && <p className="quiet">What the rules say of them is not read yet.</p>}
            {bounds !== '' && (
              <p className="quiet">{`Looked through were ${bounds}: of the others it is not said here.`}</p>
            )}
            <div className="parts">
              <Regions shown={shown} />
              <Card title="PoPs, the worst first" className="wide">
                <Rows
                  label="PoPs"
                  columns={POP_COLUMNS}
                  rows={pops}
                  keyOf={({ pop }) => pop}
                  none="No node was registered, so there is no PoP."
                />
              </Card>
              <Card title="Nodes" className="wide">
                <Nodes shown={shown} />
              </Card>
            </div>
          </>
        )}
      </Reading>
    </>
  );
};
