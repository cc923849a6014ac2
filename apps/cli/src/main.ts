#!/usr/bin/env node
import { setTimeout as sleep } from 'node:timers/promises';
import { processTerminal } from './door.js';
import { EXIT } from './exit.js';
import { run } from './run.js';

// A pipe that is closed (`| head`) is the reader's way to say that it has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.finding),
);

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  directory: process.cwd(),
  isTerminal: process.stdout.isTTY,
  print: (line) => void process.stdout.write(`${line}\n`),
  screen: process.stderr,
  terminal: processTerminal,
  // oxlint-disable-next-line no-restricted-properties -- ages shown to a person; nothing is decided by it
  nowMs: () => Date.now(),
  pause: (ms) => sleep(ms),
  send: fetch,
});
