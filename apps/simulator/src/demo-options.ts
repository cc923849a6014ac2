import { parseArgs } from 'node:util';
import { NODES_DEFAULT, NODES_MAX, NODES_MIN } from './fleet.js';

/** What the demo was asked for. */
export interface DemoOptions {
  readonly json: boolean;
  /** The release on one node, declared, instead of on a quarter of the fleet. */
  readonly canary: boolean;
  /** Nobody answers the page unless whoever watches does. */
  readonly away: boolean;
  /** How long the fleet is well in real time before the fault. */
  readonly leadMs: number;
  readonly seed: number;
  readonly nodes: number;
}

/** The day of the incident. */
const SEED_DEFAULT = 20_210_722;
const SEED_MAX = 0xffff_ffff;

/** One node is 1 % of them; of fewer it is more than the default plan gives a canary. */
const CANARY_NODES_MIN = 100;

/** Windows know what normal is after so long, and the whole of an unattended run stays within 90 s: 11:46:52 to 11:47:00. */
const LEAD_S_MIN = 8;
/** For opening a browser and signing in, where somebody watches. */
const LEAD_S_WATCHED = 30;
/** The rules' memory of what was normal is an hour; nobody waits longer than that for an outage. */
const LEAD_S_MAX = 3_600;

/** `--help`. */
export const DEMO_USAGE = `npm run demo -- [options]

Plays the day of the incident against a Tocsin of its own, in a directory that is removed at the end.

  --json        unattended: progress on stderr, one JSON object as the last line on stdout;
                exits with 1 when something was lost, counted twice, alerted falsely, or did not happen in time
  --canary      the release is declared by the default plan and has reached 1 % only: it is stopped there
  --away        nobody acknowledges: it is yours, by the console and the key that is printed
  --lead N      seconds of real time before the fault, from ${LEAD_S_MIN} on (default ${LEAD_S_WATCHED}; with --json ${LEAD_S_MIN})
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
      away: { type: 'boolean', default: false },
      lead: { type: 'string' },
      seed: { type: 'string', default: String(SEED_DEFAULT) },
      nodes: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const nodesMin = values.canary ? CANARY_NODES_MIN : NODES_MIN;
  const nodes = values.nodes ?? String(values.canary ? CANARY_NODES_MIN : NODES_DEFAULT);
  const lead = values.lead ?? String(values.json ? LEAD_S_MIN : LEAD_S_WATCHED);
  return {
    json: values.json,
    canary: values.canary,
    away: values.away,
    leadMs: wholeNumber('--lead', lead, LEAD_S_MIN, LEAD_S_MAX) * 1_000,
    seed: wholeNumber('--seed', values.seed, 0, SEED_MAX),
    nodes: wholeNumber('--nodes', nodes, nodesMin, NODES_MAX),
  };
};
