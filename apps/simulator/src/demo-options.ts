import { parseArgs } from 'node:util';
import { NODES_DEFAULT, NODES_MAX, NODES_MIN } from './fleet.js';

/** What the demo was asked for. */
export interface DemoOptions {
  readonly json: boolean;
  /** The release on one node, declared, instead of on a quarter of the fleet. */
  readonly canary: boolean;
  readonly seed: number;
  readonly nodes: number;
}

/** The day of the incident. */
const SEED_DEFAULT = 20_210_722;
const SEED_MAX = 0xffff_ffff;

/** One node is 1 % of them; of fewer it is more than the default plan gives a canary. */
const CANARY_NODES_MIN = 100;

/** `--help`. */
export const DEMO_USAGE = `npm run demo -- [options]

Plays the day of the incident against a Tocsin of its own, in a directory that is removed at the end.

  --json        unattended: progress on stderr, one JSON object as the last line on stdout;
                exits with 1 when something was lost, counted twice, alerted falsely, or did not happen in time
  --canary      the release is declared by the default plan and has reached 1 % only: it is stopped there
  --seed N      another day (default ${SEED_DEFAULT})
  --nodes N     another fleet, ${NODES_MIN} to ${NODES_MAX} nodes (default ${NODES_DEFAULT}; with --canary from ${CANARY_NODES_MIN} on)
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
      canary: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(SEED_DEFAULT) },
      nodes: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const nodesMin = values.canary ? CANARY_NODES_MIN : NODES_MIN;
  const nodes = values.nodes ?? String(values.canary ? CANARY_NODES_MIN : NODES_DEFAULT);
  return {
    json: values.json,
    canary: values.canary,
    seed: wholeNumber('--seed', values.seed, 0, SEED_MAX),
    nodes: wholeNumber('--nodes', nodes, nodesMin, NODES_MAX),
  };
};
