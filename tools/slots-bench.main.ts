import { benchSlots } from './bench/slots.bench.js';

/** `node dist/tools/slots-bench.main.js [outcomes per second] [healthy|incident] [warm-up, s] [measured, s]` */
const [outcomesPerS = '100000', kind = 'healthy', warmUpS = '15', seconds = '15'] = process.argv.slice(2);
const result = benchSlots({
  outcomesPerS: Number(outcomesPerS),
  isIncident: kind === 'incident',
  warmUpS: Number(warmUpS),
  seconds: Number(seconds),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
