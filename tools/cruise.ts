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

/** Runs the boundary gate over `apps` and `libs` below a folder. */
export const cruise = (root: string, folder: string): Cruise => {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const words = [tool, '--config', join(root, '.dependency-cruiser.mjs'), '-T', 'json', 'apps', 'libs'];
  const run = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!run.stdout.startsWith('{')) throw new Error(`cruise ${folder}: ${run.stderr}`);
  const { summary } = JSON.parse(run.stdout) as Output;
  return {
    modules: summary.totalCruised,
    broken: new Set(summary.violations.map(({ rule }) => rule.name)),
    rules: new Set(summary.ruleSetUsed.forbidden.map(({ name }) => name)),
  };
};
