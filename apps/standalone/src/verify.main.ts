#!/usr/bin/env node
import { brokenLinkText } from '#contracts';
import { maintain } from '#runtime';
import { verifyChains } from '#store';

/**
 * `npm run verify`: follows the hash chains of all events beside a server or without one; exit code 1 and the place of each fault when they do
 * not hold. What was kept in `audit-anchor` only the server itself compares: `tocsin audit verify`.
 */
process.exitCode = await maintain(process.env, async (database) => {
  const { streams, events, head, broken } = await verifyChains(database);
  for (const link of broken) process.stdout.write(`${brokenLinkText(link)}\n`);
  process.stdout.write(`${events} events in ${streams} streams, ${broken.length} faults\n`);
  process.stdout.write(`head ${head.position}:${head.digest}\n`);
  return broken.length === 0 ? 0 : 1;
});
