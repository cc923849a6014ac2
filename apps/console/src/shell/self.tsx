import { useQuery } from '@tanstack/react-query';
import { useLive } from '../api/live-context.js';
import type { RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Failure } from '../ui/failure.js';
import { count } from '../ui/figures.js';
import { selfFiguresOf } from './self-figures.js';
import type { Readiness } from './readiness-document.js';

const EVERY_MS = 5_000;
/** Longer than a process takes to say its metrics; one that hangs is said to. */
const TIMEOUT_MS = 10_000;

const useSelfFigures = () => {
  const { key } = useSession();
  return useQuery({
    queryKey: ['self-figures'],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => {
      const headers = { authorization: `Bearer ${await key.bearer()}` };
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch('/metrics', { headers, signal: AbortSignal.any([signal, timeout]) });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return selfFiguresOf(await response.text());
    },
  });
};

const TOLD = new Map<boolean | null, string>([
  [true, 'is told every 30 s that the whole path works'],
  [false, 'was let go: the outside is about to page'],
  [null, 'is told by no part of this process; where none is set, nobody outside knows when Tocsin is down'],
]);

interface SelfProps {
  /** As it was last said. */
  readonly readiness: Readiness | undefined;
  /** Why nothing newer was said. */
  readonly error: RequestFailed | null;
}

/** How far the figures are behind, what is not ready and why, and whether the outside is told. */
export const Self = ({ readiness, error: unanswered }: SelfProps) => {
  const { health } = useLive();
  const now = useNow();
  const { data, error } = useSelfFigures();
  return (
    <>
      {unanswered !== null && <Failure of="how Tocsin is" error={unanswered} />}
      <table>
        <tbody>
          <tr>
            <th scope="row">Figures</th>
            <td>
              {health === null ? (
                'none were heard'
              ) : (
                <>
                  until <When at={health.asOf} />, {lengthOf(now - Date.parse(health.asOf))} ago by the clock of this
                  browser
                </>
              )}
            </td>
          </tr>
          {data !== undefined && (
            <>
              <tr>
                <th scope="row">Rules</th>
                <td>
                  {data.rulesBehind === null ? 'run in another process' : `${data.rulesBehind.toFixed(1)} s behind`}
                </td>
              </tr>
              <tr>
                <th scope="row">Reading of the log</th>
                <td>
                  {data.furthest === null
                    ? 'is done in another process'
                    : `${data.furthest.group} is furthest behind, by ${count(data.furthest.records)} records`}
                </td>
              </tr>
              <tr>
                <th scope="row">Dead-man’s switch</th>
                <td>{TOLD.get(data.deadManTold)}</td>
              </tr>
            </>
          )}
          {readiness?.unready.map(({ part, because }) => (
            <tr key={part}>
              <th scope="row">{part}</th>
              <td>not ready: {because}</td>
            </tr>
          ))}
          {readiness?.notices.map(({ part, because }) => (
            <tr key={part}>
              <th scope="row">{part}</th>
              <td>{because}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {error !== null && (
        <p role="alert" className="failure">
          Could not read the metrics of Tocsin: {error.message}
        </p>
      )}
      <p className="quiet">Of the process that answered this page.</p>
    </>
  );
};
