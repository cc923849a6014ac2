import { z } from 'zod';
import { ConfigError, type Environment, readOnCallFile, readSettings, type OnCallFile } from '#config';
import { checkOnCallPlan, type KnownChannel } from '#domain';

const schema = z.object({
  /** A file that says who is called. Unset: what was loaded by a request, or else every channel for pages gets every page. */
  ON_CALL: z.string().min(1).max(500).optional(),
});

/** Where it is said who is called. */
export interface OnCallSource {
  readonly path: string;
  /** Channels that are configured; a plan that names others is loaded all the same, with a warning. */
  readonly channels: readonly KnownChannel[];
}

/** What is read of who is called. */
export interface OnCallSettings {
  readonly source: OnCallSource;
  /** As it was read at the start; a reload reads it again. */
  readonly file: OnCallFile;
}

/** Reads the file. */
export const readPlanOf = ({ path, channels }: OnCallSource, nowMs: number) =>
  readOnCallFile(path, (plan) => checkOnCallPlan(plan, { nowMs, channels }));

/** Reads the setting, and the file; undefined when there is none. Throws a `ConfigError` with everything that is wrong. */
export const readOnCallSettings = (
  env: Environment,
  channels: readonly KnownChannel[],
  nowMs: number,
): OnCallSettings | undefined => {
  const { ON_CALL: path } = readSettings(env, schema);
  if (path === undefined) return undefined;
  const source = { path, channels };
  const { config, problems } = readPlanOf(source, nowMs);
  if (config === undefined) throw new ConfigError(problems.map((problem) => `ON_CALL: ${problem}`));
  return { source, file: config };
};
