#!/usr/bin/env node
import { maintain } from '#runtime';
import { verifyChains } from '#store';

/** `npm run verify`: walks every stream's hash chain; exit code 1 and the place of each broken link when one does not hold. */
process.exitCode = await maintain(process.env, async (database) => {
  const { streams, events, broken } = await verifyChains(database);
  for (const { stream, version } of broken) process.stdout.write(`broken: ${stream} at version ${version}\n`);
  process.stdout.write(`${events} events in ${streams} streams, ${broken.length} chains broken\n`);
  return broken.length === 0 ? 0 : 1;
});
