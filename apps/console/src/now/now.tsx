import './now.css';
import './verdict.css';
import { useHolding } from '../api/held.js';
import { useLive } from '../api/live-context.js';
import { useAnswer } from '../api/use-answer.js';
import { STALE_MS } from '../shell/line-state.js';
import { useNow } from '../time/clock.js';
import { Failure } from '../ui/failure.js';
import { Mark } from '../ui/mark.js';
import { Automation } from './automation.js';
import { Changes } from './changes.js';
import { Charts } from './charts.js';
import { Hurt } from './hurt.js';
import { NOW } from './now-document.js';
import { Owner } from './owner.js';
import { Regions } from './regions.js';
import { Tiles } from './tiles.js';
import { gravest, type Standing, verdictOf } from './verdict.js';
import { warningsOf } from './warnings.js';

const FOLLOWS = [
  'incident-',
  'alert-',
  'rollback-',
  'rollout-',
  'delivery-',
  'escalation-',
  'automation',
  'redirect-',
  'resolution-',
];
/** Impact is counted once a second; of what events change nothing waits for this. */
const IMPACT_EVERY_MS = 2_000;

const ICONS: Readonly<Record<Standing, string>> = { failing: '▲', warned: '◆', silent: '?', idle: '○', well: '●' };

/** What is looked at first in the night: six answers on one page, without a click. It says of which moment of the log its figures are. */
export const Now = () => {
  const { held } = useHolding();
  const live = useLive();
  const { health, heardAt } = held?.live ?? live;
  const clock = useNow();
  const now = held?.at ?? clock;
  const { data, error } = useAnswer('now', NOW, {}, { follows: FOLLOWS, everyMs: IMPACT_EVERY_MS });
  if (data === undefined) return error === null ? <p>Reading …</p> : <Failure of="the page" error={error} />;
  const isStale = live.line.state === 'lost' || (heardAt !== null && now - heardAt >= STALE_MS);
  const verdict = verdictOf(data.incidents.nodes, health, now, isStale);
  const incident = gravest(data.incidents.nodes);
  const warnings = warningsOf({ success: health?.fleet.success, p99: health?.fleet.p99, score: data.impact.score });
  return (
    <div
      className={isStale ? 'now stale' : 'now'}
      data-position={data.headPosition}
      data-health-as-of={health?.asOf}
      data-impact-as-of={data.impact.asOf}
    >
      <div className={`verdict ${verdict.standing}`} role="status">
        <span aria-hidden="true">{ICONS[verdict.standing]} </span>
        <h1>{verdict.text}</h1>
      </div>
      {error !== null && <Failure of="what is newer" error={error} />}
      <Tiles health={health} impact={data.impact} />
      {warnings.length > 0 && (
        <ul className="warnings" aria-label="Lines of warning that are crossed">
          {warnings.map((warning) => (
            <li key={warning}>
              <Mark tone="warn">{warning}</Mark>
            </li>
          ))}
        </ul>
      )}
      <Charts answer={data} incident={incident} />
      <Regions health={health} impact={data.impact} />
      <Changes incident={incident} rollouts={data.rollouts.nodes} />
      <Hurt incident={incident} impact={data.impact} />
      <Automation automation={data.automation} incident={incident} now={now} />
      <Owner incident={incident} ended={data.ended.nodes[0]?.resolvedAt ?? null} now={now} />
    </div>
  );
};
