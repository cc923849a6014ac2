import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which specs a run of jest will take. */
export interface RunScope {
  /** Regular expressions of paths; none = all. */
  readonly patterns: readonly string[];
  /** Which specs of the pattern: campaigns with real kills, long campaigns, or all others. */
  readonly campaigns: 'faults' | 'soak' | undefined;
}

const DIST = fileURLToPath(new URL('../../..', import.meta.url));

const CAMPAIGNS = /\.(faults|soak)\.spec\.js$/;

/** Whether a spec of the run calls a function, as `describeKafka`: what it needs is made ready for those alone. */
export const takesSuites = async (call: string, { patterns, campaigns }: RunScope): Promise<boolean> => {
  const files = (await readdir(DIST, { recursive: true })).filter(
    (path) => path.endsWith('.spec.js') && CAMPAIGNS.exec(path)?.[1] === campaigns,
  );
  const taken = files.filter(
    (path) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, 'i').test(join(DIST, path))),
  );
  for (const path of taken) if ((await readFile(join(DIST, path), 'utf8')).includes(call)) return true;
  return false;
};
