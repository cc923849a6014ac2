import { gaugeOf } from './meters.js';

/** Files of two kinds are loaded again while a process runs. */
const CONFIGS_MAX = 8;
/** Whether files that were changed are in force. */
export const RELOADED = gaugeOf(
  'tocsin_config_last_reload_successful',
  'Whether what was read last is in force (1), or was refused and what was before it stays (0).',
  ['config'],
  CONFIGS_MAX,
);

/** Reconcilers of all roles of a process. */
const ROUNDS_MAX = 64;
/** Whether the last run of a reconciler failed. */
export const ROUNDS_FAILING = gaugeOf(
  'tocsin_rounds_failing',
  'Whether the last run of a reconciler failed (1); the next one tries again.',
  ['round'],
  ROUNDS_MAX,
);

/** Asks once for all who ask while the answer is on its way: several families are of one question. */
export const asked = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined;
  return () => (running ??= ask().finally(() => (running = undefined)));
};
