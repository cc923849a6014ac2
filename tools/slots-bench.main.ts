import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { TICK_MS } from '#contracts';
import { fleetTicks } from './bench/fleet-ticks.js';
import { benchSlots } from './bench/slots.bench.js';
import { readTicks, writeTicks } from './bench/tick-file.js';

/**
 * `node dist/tools/slots-bench.main.js [outcomes per second] [healthy|incident] [warm-up, s] [measured, s] [file of ticks]`
 *
 * Ticks are made once, into a file, and read by a process that does nothing but the rules: its CPU time and memory are theirs. A
 * file that is named is kept, and read again when it exists, whatever fleet it was made of. After a warm-up of 190 s all that is
 * kept of customers is there, after 365 s also the five minutes of the latency rule.
 */
const [outcomesPerS = '100000', kind = 'healthy', warmUpS = '15', seconds = '15', file] = process.argv.slice(2);
const times = { warmUpS: Number(warmUpS), seconds: Number(seconds) };

const makeAndMeasure = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'slots-bench-'));
  const path = file ?? join(folder, 'ticks');
  try {
    const ticks = ((times.warmUpS + times.seconds) * 1_000) / TICK_MS;
    if (!existsSync(path))
      writeTicks(path, fleetTicks({ outcomesPerS: Number(outcomesPerS), isIncident: kind === 'incident', ticks }));
    const reading = fork(fileURLToPath(import.meta.url), [outcomesPerS, kind, warmUpS, seconds, path], {
      execArgv: ['--expose-gc'],
      env: { ...process.env, SLOTS_BENCH_READS: '1' },
    });
    const [code] = (await once(reading, 'exit')) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

if (process.env['SLOTS_BENCH_READS'] === undefined) await makeAndMeasure();
else {
  const figures = benchSlots(readTicks(file!), times);
  const name = `slots, ${outcomesPerS} outcomes/s, ${kind}`;
  process.stdout.write(`${JSON.stringify({ name, figures })}\n`);
}
