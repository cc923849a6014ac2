import { parseArgs } from 'node:util';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** `tocsin gate simulate`. */
export interface GateAsked {
  readonly command: 'gate simulate';
  /** A file, or `default`. */
  readonly plan: string;
  /** The first one unless told. */
  readonly stage: string | undefined;
  /** Shares, 0..1, and outcomes a second. */
  readonly failureRate: number;
  readonly qps: number;
  readonly controlFailureRate: number;
  readonly controlQps: number;
  readonly customers: number;
  readonly runs: number;
  readonly seed: number;
  readonly json: boolean;
}

/** `--help` of it. */
export const GATE_USAGE: readonly CommandUsage[] = [
  {
    name: 'gate simulate',
    takes:
      '[--plan default|FILE] [--stage NAME] --failure-rate 0.005 --qps 20 [--runs 1000] [--seed 1] [--control-failure-rate 0.0005] [--control-qps Q] [--customers 100]',
    says: 'how often, and how soon, the gate of a stage stops such a build; the control has nine times the queries unless told',
    example: 'gate simulate --failure-rate 0.005 --qps 20',
  },
];

/** What a healthy fleet fails (R6). */
const HEALTHY = 0.0005;
/** A node of the cohort is one of ten of its PoP. */
const CONTROL_TIMES = 9;
/** A million runs of a healthy canary take half an hour; more is a slip of the hand. */
const RUNS_MAX = 1_000_000;
/** As many as a catalogue may have. */
const CUSTOMERS_MAX = 1_000_000;
/** Fewer queries than one in a hundred seconds decide nothing in a day; more than a million a second is no cohort. */
const QPS = { min: 0.01, max: 1_000_000 } as const;

type Bounds = { readonly min: number; readonly max: number; readonly isWhole?: boolean };

const numberOf = (name: string, text: string | undefined, unless: number | undefined, bounds: Bounds): number => {
  const { min, max, isWhole = false } = bounds;
  if (text === undefined && unless === undefined) throw new UsageError(`gate simulate: expected --${name}`);
  const value = text === undefined ? unless! : text.trim() === '' ? NaN : Number(text);
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
  throw new UsageError(
    `--${name}: expected ${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}, got ${text}`,
  );
};

const parse = (args: readonly string[]) => {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: true,
      options: {
        plan: { type: 'string', default: 'default' },
        stage: text,
        'failure-rate': text,
        qps: text,
        'control-failure-rate': text,
        'control-qps': text,
        customers: text,
        runs: text,
        seed: text,
        json: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** Reads the arguments after `gate`; throws a UsageError when they make no sense. */
export const readGateArguments = (args: readonly string[]): GateAsked => {
  const { values, positionals } = parse(args);
  const [action, ...more] = positionals;
  if (action !== 'simulate') throw new UsageError(`gate ${action ?? ''}: expected gate simulate`);
  if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
  const share = { min: 0, max: 1 };
  const qps = numberOf('qps', values.qps, undefined, QPS);
  return {
    command: 'gate simulate',
    plan: values.plan,
    stage: values.stage,
    failureRate: numberOf('failure-rate', values['failure-rate'], undefined, share),
    qps,
    controlFailureRate: numberOf('control-failure-rate', values['control-failure-rate'], HEALTHY, share),
    controlQps: numberOf('control-qps', values['control-qps'], CONTROL_TIMES * qps, { min: 0, max: 9 * QPS.max }),
    customers: numberOf('customers', values.customers, 100, { min: 1, max: CUSTOMERS_MAX, isWhole: true }),
    runs: numberOf('runs', values.runs, 1_000, { min: 1, max: RUNS_MAX, isWhole: true }),
    seed: numberOf('seed', values.seed, 1, { min: 0, max: 4_294_967_295, isWhole: true }),
    json: values.json,
  };
};
