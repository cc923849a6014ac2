#!/usr/bin/env node
import { checkOnce, EXIT_STATUS } from './check-once.js';
import { systemClock } from './clock.js';
import { createProbeGateway } from './gateway.js';
import { readProberConfigFile } from './prober.config.js';
import { startProber } from './prober.js';

const USAGE = `usage: tocsin-prober --config prober.yml [--check-config | --once]

  --config FILE    whom to ask what, and where to tell it
  --check-config   reads the file, says what is wrong with it, and asks nobody
  --once           asks every resolver for every domain, three times; prints what it found as JSON, sends nothing to Tocsin;
                   exit status 0 recovered, 1 not recovered, 2 unknown
`;

/** A configuration that cannot be used; beyond the three verdicts of `--once`. */
const EXIT_CONFIG = 64;

const say = (line: string): void => console.error(line);

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
