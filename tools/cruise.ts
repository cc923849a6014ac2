import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a cruise saw. */
export interface Cruise {
  /** Modules read. */
  readonly modules: number;
  /** Names of the rules that were broken. */
  readonly broken: ReadonlySet<string>;
  /** Names of all rules. */
  readonly rules: ReadonlySet<string>;
}

interface Output {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly rule: { readonly name: string } }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
  };
}

/** Which gate: its rules, and the folders that it reads. */
export interface Gate {
  readonly config: string;
  readonly folders: readonly string[];
}

/** What runs on Node. */
export const SERVER_GATE: Gate = { config: '.dependency-cruiser.mjs', folders: ['apps', 'libs'] };
/** What runs in a browser. */
export const CONSOLE_GATE: Gate = { config: '.dependency-cruiser.console.mjs', folders: ['apps/console/src'] };

/** Runs a boundary gate below a folder, with the tools and rules of `root`. */
export const cruise = (root: string, folder: string, { config, folders }: Gate): Cruise => {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const words = [tool, '--config', join(root, config), '-T', 'json', ...folders];
  const run = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!run.stdout.startsWith('{')) throw new Error(`cruise ${folder}: ${run.stderr}`);
  const { summary } = JSON.parse(run.stdout) as Output;
  return {
    modules: summary.totalCruised,
    broken: new Set(summary.violations.map(({ rule }) => rule.name)),
    rules: new Set(summary.ruleSetUsed.forbidden.map(({ name }) => name)),
  };
};
