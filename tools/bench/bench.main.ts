import { parseArgs } from 'node:util';
import type { Cost } from './bench.js';
import { BENCHES } from './benches.js';
import { LARGE_FLEET } from './fleet.js';
import { tableOf } from './report.js';

const USAGE = `npm run bench [-- --only NAME,…] [--seconds 5] [--runs 3] [--json]   names: ${BENCHES.map(({ name }) => name).join(', ')}`;

/**
 * Runs the benches one after the other and prints what they cost in CPU time: wall time says more about the neighbours than about
 * the program. With `--json` the last line is one object with every figure.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      runs: { type: 'string', default: '3' },
    },
  });
  if (values.help) return console.log(USAGE);
  const names = values.only?.split(',');
  const options = { fleet: LARGE_FLEET, seconds: Number(values.seconds), runs: Number(values.runs) };
  if (!(options.seconds >= 1 && options.runs >= 1)) throw new Error(USAGE);
  const costs: Cost[] = [];
  const json: Record<string, unknown> = {};
  for (const bench of BENCHES) {
    if (names !== undefined && !names.includes(bench.name)) continue;
    process.stderr.write(`${bench.name} …\n`);
    const result = await bench.run(options);
    costs.push(...result.costs);
    Object.assign(json, result.json);
  }
  console.log(tableOf(costs));
  for (const [name, value] of Object.entries(json))
    if (!costs.some((cost) => cost.name === name)) console.log(`${name}: ${JSON.stringify(value)}`);
  if (values.json) console.log(JSON.stringify(json));
};

await main();
