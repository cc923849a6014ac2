import type { OnCallFile } from '#config';
import { canonicalDigest, event, streamOf } from '#contracts';
import { decideOnCallLoad } from '#domain';
import { type Clock, FileLoader, type Loading, type Logger } from '#runtime';
import type { EventStore, OnCallRepository } from '#store';
import { type OnCallSettings, readPlanOf } from '../on-call.config.js';

/** What the loader needs of its process. */
export interface OnCallLoaderParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly repository: OnCallRepository;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: OnCallSettings;
}

/** The plan of a file, held by that file. */
const loadingOf = (
  { clock, logger, repository, settings }: OnCallLoaderParts,
  { plan, warnings }: OnCallFile,
  cause: string,
): Loading => {
  for (const warning of warnings) logger.warn({ warning }, 'on call: the plan is loaded all the same');
  const sha256 = canonicalDigest(plan);
  const offered = { plan, sha256, source: settings.source.path, isFile: true };
  return {
    decide: async () => {
      // Read first: what changes after it is a conflict.
      const expectedVersion = await repository.versionOf(streamOf.onCall);
      const events = decideOnCallLoad(offered, await repository.inForce(), clock.nowMs());
      return events.length === 0 ? undefined : { stream: streamOf.onCall, expectedVersion, events };
    },
    tell: () => logger.info({ sha256, cause }, 'on call: a plan was loaded'),
  };
};

/** Loads who is called. */
export const createOnCallLoader = (parts: OnCallLoaderParts): FileLoader<OnCallFile> => {
  const { clock, repository, settings } = parts;
  const source = settings.source.path;
  return new FileLoader<OnCallFile>(parts, {
    name: 'on call',
    words: { say: 'the file says', refused: 'the file is', stays: 'the plan in force' },
    actor: 'dispatcher',
    first: settings.file,
    read: () => {
      const { config, problems = [] } = readPlanOf(settings.source, clock.nowMs());
      return { read: config, problems };
    },
    loading: (read, cause) => loadingOf(parts, read, cause),
    wishes: streamOf.onCallReload,
    wish: repository.reload,
    wishesVersion: () => repository.versionOf(streamOf.onCallReload),
    refused: (problems, at) => event('OnCallRefused', { source, problems, at }),
    unchanged: (at) => event('OnCallUnchanged', { source, at }),
  });
};
