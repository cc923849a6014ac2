import { parseArgs } from 'node:util';
import { NODES_DEFAULT, NODES_MAX, NODES_MIN } from './fleet.js';

/** What the demo was asked for. */
export interface DemoOptions {
  readonly json: boolean;
  readonly seed: number;
  readonly nodes: number;
}

/** The day of the incident. */
const SEED_DEFAULT = 20_210_722;
const SEED_MAX = 0xffff_ffff;

/** `--help`. */
export const DEMO_USAGE = `npm run demo -- [options]

Plays the day of the incident against a Tocsin of its own, in a directory that is removed at the end.

  --json        unattended: progress on stderr, one JSON object as the last line on stdout;
                exits with 1 when something was lost, counted twice, alerted falsely, or did not happen in time
  --seed N      another day (default ${SEED_DEFAULT})
  --nodes N     another fleet, ${NODES_MIN} to ${NODES_MAX} nodes (default ${NODES_DEFAULT})
  --help        this text
`;

const wholeNumber = (option: string, text: string, min: number, max: number): number => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${option}: expected a whole number from ${min} to ${max}, got ${text}`);
  return value;
};

/** Reads the arguments; 'help' when that was asked for. Throws an Error for people when they are wrong. */
export const readDemoOptions = (args: readonly string[]): DemoOptions | 'help' => {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      json: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(SEED_DEFAULT) },
      nodes: { type: 'string', default: String(NODES_DEFAULT) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    json: values.json,
    seed: wholeNumber('--seed', values.seed, 0, SEED_MAX),
    nodes: wholeNumber('--nodes', values.nodes, NODES_MIN, NODES_MAX),
  };
};
