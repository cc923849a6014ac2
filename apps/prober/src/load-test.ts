import { OUTCOME } from '#contracts';
import { judge, type Judgement, judgeLoad, type LoadResult, LOADS, type ProbeFamily, probeOf } from '#domain';
import type { Asker, AskerCounts } from './asker.js';
import type { Clock } from './clock.js';
import type { Target } from './prober.config.js';
import { createTcpAsker } from './tcp-asker.js';
import { createUdpAsker } from './udp-asker.js';

/** What a load test found, as a rollout takes it. */
export interface LoadTestReport {
  readonly nodeId: string;
  readonly families: readonly LoadResult[];
}

/** Sound questions after each load. */
const HEALTH_CHECK_PROBES = 5;

/** One question; over TCP what does not fit UDP. */
const askOnce = async (
  askers: readonly Asker[],
  target: Target,
  family: ProbeFamily,
  n: number,
): Promise<Judgement> => {
  const probe = probeOf(family, n, target.asked);
  let found: Judgement | undefined;
  for (const asker of askers) {
    found = judge(probe, (await asker.ask(probe.packet)).reply);
    if (found.outcome !== OUTCOME.truncated) return found;
  }
  if (found === undefined) throw new Error('there is no asker');
  return found;
};

const wait = (clock: Clock, waitMs: number): Promise<void> => new Promise((done) => clock.after(waitMs, done));

/**
 * Asks one node all that the load tester of the study asks, family by family, with a health check behind each (R63, R64). Answers are awaited
 * at the end of a family, so that a burst is one.
 */
export const testLoad = async (target: Target, clock: Clock): Promise<LoadTestReport> => {
  const counts: AskerCounts = { strangers: 0 };
  const askers = [createUdpAsker(target, clock, counts), createTcpAsker(target, clock, counts)];
  const askAll = async (family: ProbeFamily, probes: number, spacingMs: number): Promise<readonly Judgement[]> => {
    const asked: Promise<Judgement>[] = [];
    for (let n = 0; n < probes; n += 1) {
      if (n > 0) await wait(clock, spacingMs);
      asked.push(askOnce(askers, target, family, n));
    }
    return Promise.all(asked);
  };
  const testFamily = async (family: ProbeFamily, isUp: boolean): Promise<LoadResult> => {
    if (!isUp) return { family, passed: false, detail: 'not asked: what is sound is not answered' };
    const { probes, spacingMs } = LOADS[family];
    const asked = await askAll(family, probes, spacingMs);
    return judgeLoad(family, asked, await askAll('normal', HEALTH_CHECK_PROBES, spacingMs));
  };
  const families: LoadResult[] = [];
  for (const family of Object.keys(LOADS) as ProbeFamily[])
    families.push(await testFamily(family, families.length === 0 || families[0]?.passed === true));
  for (const asker of askers) asker.close();
  return { nodeId: target.nodeId, families };
};
