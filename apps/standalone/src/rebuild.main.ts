#!/usr/bin/env node
import { maintain } from '#runtime';
import { PROJECTION_TABLES, rebuildProjections } from '#store';

/** `npm run rebuild`: empties every read table and fills it again from the events, in one transaction. */
process.exitCode = await maintain(process.env, async (database) => {
  const { events } = await rebuildProjections(database);
  process.stdout.write(`rebuilt ${PROJECTION_TABLES.length} tables from ${events} events\n`);
  return 0;
});
