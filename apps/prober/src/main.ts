#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { checkOnce, EXIT_STATUS } from './check-once.js';
import { systemClock } from './clock.js';
import { createProbeGateway } from './gateway.js';
import { testLoad } from './load-test.js';
import { tellLoadTest } from './load-test-report.js';
import { type ProberConfig, readProberConfigFile } from './prober.config.js';
import { startProber } from './prober.js';

const USAGE = `usage: tocsin-prober --config prober.yml [--check-config | --once | --load-test NODE]

  --config FILE    whom to ask what, and where to tell it
  --check-config   reads the file, says what is wrong with it, and asks nobody
  --once           asks every resolver for every domain, three times; prints what it found as JSON, sends nothing to Tocsin;
                   exit status 0 recovered, 1 not recovered, 2 unknown
  --load-test NODE asks one node of the file all that a load tester asks; prints what it found as JSON; exit status 0 passed, 1 not
    --rollout ID   tells it to this rollout, as a part of its pre-flight; exit status 2: it could not be told
    --api URL      where; the gateway of the file unless told
    --key-file FILE  of a key that may roll out; that of the file unless told
`;

/** A configuration that cannot be used; beyond the three verdicts of `--once`. */
const EXIT_CONFIG = 64;

/** A load test that Tocsin did not take: beside passed and not passed. */
const EXIT_UNTOLD = 2;

const say = (line: string): void => console.error(line);

const valueOf = (words: readonly string[], option: string): string | undefined =>
  words.includes(option) ? words[words.indexOf(option) + 1] : undefined;

const loadTest = async (words: readonly string[], config: ProberConfig): Promise<number> => {
  const nodeId = valueOf(words, '--load-test');
  const target = config.targets.find((each) => each.nodeId === nodeId && !each.asked.isResolver);
  if (target === undefined) {
    say(`${nodeId ?? '--load-test'}: no node of the file`);
    return EXIT_CONFIG;
  }
  const report = await testLoad(target, systemClock);
  console.log(JSON.stringify(report, undefined, 2));
  const [rolloutId, keyFile] = [valueOf(words, '--rollout'), valueOf(words, '--key-file')];
  const key = keyFile === undefined ? config.key.reveal() : readFileSync(keyFile, 'utf8').trim();
  const api = valueOf(words, '--api') ?? config.gateway;
  if (rolloutId !== undefined && !(await tellLoadTest({ api, key, rolloutId }, report, say))) return EXIT_UNTOLD;
  return report.families.every(({ passed }) => passed) ? 0 : 1;
};

const run = async (words: readonly string[]): Promise<number> => {
  const path = words[words.indexOf('--config') + 1];
  if (words.includes('--help') || !words.includes('--config') || path === undefined) {
    say(USAGE);
    return words.includes('--help') ? 0 : EXIT_CONFIG;
  }
  const { config, problems } = readProberConfigFile(path);
  if (config === undefined) {
    for (const problem of problems) say(problem);
    return EXIT_CONFIG;
  }
  if (words.includes('--check-config')) {
    console.log(`${path}: ${config.targets.length} targets, ${config.domains.length} domains`);
    return 0;
  }
  if (words.includes('--once')) {
    const report = await checkOnce(config, systemClock);
    console.log(JSON.stringify(report, undefined, 2));
    return EXIT_STATUS[report.verdict];
  }
  if (words.includes('--load-test')) return loadTest(words, config);
  const gateway = createProbeGateway(config.gateway, config.key.reveal(), say);
  const prober = startProber(config, { clock: systemClock, gateway });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const summary = await prober.stop();
  console.log(JSON.stringify(summary));
  return summary.dropped === 0 ? 0 : 1;
};

process.exitCode = await run(process.argv.slice(2));
