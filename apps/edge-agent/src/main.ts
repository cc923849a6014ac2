#!/usr/bin/env node
import { readAgentConfig, redacted, USAGE } from './agent.config.js';
import { startAgent } from './agent.js';
import { systemClock } from './clock.js';

const say = (line: string): void => console.error(line);

const run = async (words: readonly string[]): Promise<number> => {
  if (words.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const { config, problems } = { config: undefined, problems: undefined, ...readAgentConfig(words, process.env) };
  for (const problem of problems ?? []) say(problem);
  if (config === undefined) return 1;
  if (words.includes('--check-config')) {
    console.log(JSON.stringify(redacted(config), null, 2));
    return 0;
  }
  const agent = await startAgent(config, { clock: systemClock, say }).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  });
  if (agent === undefined) return 1;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const failed = await Promise.race([agent.done, asked]).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  const summary = await agent.stop();
  console.log(JSON.stringify(summary));
  if (typeof failed === 'string') say(failed);
  return typeof failed !== 'string' && summary.dropped === 0 ? 0 : 1;
};

process.exitCode = await run(process.argv.slice(2));
