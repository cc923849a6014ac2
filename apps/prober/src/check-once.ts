import { OUTCOMES, RCODE_NONE } from '#contracts';
import {
  decidePropagation,
  judge,
  type Judgement,
  PROPAGATION_ROUNDS,
  type Propagation,
  type PropagationProbe,
  probeOf,
  resolutionTimeMs,
} from '#domain';
import type { Asker, AskerCounts } from './asker.js';
import type { Clock } from './clock.js';
import type { ProberConfig, Target } from './prober.config.js';
import { createTcpAsker } from './tcp-asker.js';
import { createUdpAsker } from './udp-asker.js';

/** What the study's recovery check says of a domain. */
export interface DomainReport {
  /** Of the slowest region, with its fastest resolver; infinite, which JSON writes as null, when one has no good answer. */
  readonly resolution_time_ms: number;
  /** The worst of the last round. */
  readonly response_code: string;
  readonly propagation: Propagation;
}

/** What `--once` prints. */
export interface OnceReport {
  readonly verdict: Propagation;
  readonly reason: string;
  readonly domains: Readonly<Record<string, DomainReport>>;
}

/** Exit status of each verdict. */
export const EXIT_STATUS: Readonly<Record<Propagation, number>> = { recovered: 0, not_recovered: 1, unknown: 2 };

/** Between two rounds: closer ones would all meet the same failing moment. */
const ROUND_MS = 1_000;

const CLASS_OF = new Map<number, string>(OUTCOMES.map((kind) => [kind.code, kind.class]));
const NAME_OF = new Map<number, string>(OUTCOMES.map(({ code, name }) => [code, name]));
const RCODE_NAMES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  9: 'NOTAUTH',
};

interface Found extends PropagationProbe {
  readonly code: string;
}

const codeOf = ({ rcode, outcome }: Judgement): string =>
  rcode === RCODE_NONE ? (NAME_OF.get(outcome) ?? 'unknown') : (RCODE_NAMES[rcode] ?? `RCODE${rcode}`);

/** The judgement of one domain by one resolver; over TCP what does not fit UDP. */
const askOnce = async (askers: readonly Asker[], target: Target, n: number): Promise<Judgement> => {
  const probe = probeOf('normal', n, target.asked);
  for (const asker of askers) {
    const found = judge(probe, (await asker.ask(probe.packet)).reply);
    if (NAME_OF.get(found.outcome) !== 'truncated') return found;
  }
  throw new Error(`${target.nodeId}: truncated over TCP`);
};

/** What one resolver says of every domain; over few sockets, so that no number of domains runs out of them. */
const resolverRound = async (target: Target, config: ProberConfig, round: number, clock: Clock): Promise<Found[]> => {
  const counts: AskerCounts = { strangers: 0 };
  const askers = [createUdpAsker(target, clock, counts), createTcpAsker(target, clock, counts)];
  const asked = config.domains.map(async ({ name: domain }, n): Promise<Found> => {
    const found = await askOnce(askers, target, n).catch(() => undefined);
    const kind = CLASS_OF.get(found?.outcome ?? -1);
    const isGood = kind === 'good' ? true : kind === 'bad' ? false : undefined;
    const resolutionMs = isGood === true ? (found?.latencyUs ?? 0) / 1_000 : Number.POSITIVE_INFINITY;
    const code = found === undefined ? 'unknown' : codeOf(found);
    return { round, domain, region: target.region, isGood, resolutionMs, code };
  });
  const found = await Promise.all(asked);
  for (const asker of askers) asker.close();
  return found;
};

const roundOf = async (config: ProberConfig, round: number, clock: Clock): Promise<readonly Found[]> => {
  const resolvers = config.targets.filter(({ asked }) => asked.isResolver);
  return (await Promise.all(resolvers.map((target) => resolverRound(target, config, round, clock)))).flat();
};

/** Asks every resolver for every domain, three times, and says whether names resolve again everywhere. */
export const checkOnce = async (config: ProberConfig, clock: Clock, roundMs = ROUND_MS): Promise<OnceReport> => {
  const found: Found[] = [];
  for (let round = 1; round <= PROPAGATION_ROUNDS; round += 1) {
    if (round > 1) await new Promise<void>((done) => clock.after(roundMs, done));
    found.push(...(await roundOf(config, round, clock)));
  }
  const regions = [...new Set(config.targets.filter(({ asked }) => asked.isResolver).map(({ region }) => region))];
  const plan = { domains: config.domains.map(({ name }) => name), regions };
  const { verdict, reason, domains } = decidePropagation(plan, found);
  const reports = plan.domains.map((domain): [string, DomainReport] => {
    const last = found.filter((each) => each.domain === domain && each.round === PROPAGATION_ROUNDS);
    const worst = last.find(({ isGood }) => isGood === false) ?? last.find(({ isGood }) => isGood === undefined);
    return [
      domain,
      {
        resolution_time_ms: resolutionTimeMs(plan, last, domain),
        response_code: (worst ?? last[0])?.code ?? 'unknown',
        propagation: domains.get(domain) ?? 'unknown',
      },
    ];
  });
  return { verdict, reason, domains: Object.fromEntries(reports) };
};
