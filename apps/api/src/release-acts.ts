import {
  isRefusal,
  type Lifting,
  type NewAttestation,
  type NewRehearsal,
  type Principal,
  type Refusal,
  releaseName,
  streamOf,
} from '#contracts';
import {
  type Acting,
  decideAttestation,
  decideLifting,
  decideRehearsal,
  evolveReleases,
  releaseKeyOf,
  type ReleaseRecord,
  type ReleaseRecords,
} from '#domain';
import type { KnownReleaseRow, ReleaseRepository } from '#store';
import { saying } from './act-metadata.js';
import { act, type Act, type ActParts } from './act.js';

/** What is said of releases, and with what. */
export interface ReleaseParts extends ActParts {
  readonly repository: ReleaseRepository;
}

type Said = Pick<Lifting, 'service' | 'release'>;

const on = async (
  parts: ReleaseParts,
  what: string,
  { service, release }: Said,
  caller: Principal,
  decide: (record: ReleaseRecord | undefined, acting: Acting) => ReturnType<Act<ReleaseRecords>['decide']>,
): Promise<KnownReleaseRow | Refusal> => {
  const name = releaseName(release);
  const refusal = await act<ReleaseRecords>(parts, {
    stream: streamOf.release(service, name),
    cause: `${what} ${service}/${name}`,
    caller,
    nothing: new Map(),
    evolve: (known, event) => evolveReleases(known, event) ?? known,
    decide: (known, acting) => decide(known.get(releaseKeyOf(service, release)), acting),
  });
  if (isRefusal(refusal)) return refusal;
  const row = await parts.repository.find(service, name);
  if (row === undefined) throw new Error(`release ${service}/${name} has a stream and no row`);
  return row;
};

/** What is said of releases as such. */
export const releaseActs = (parts: ReleaseParts) => ({
  attestRelease: ({ comment, ...attested }: NewAttestation, caller: Principal) =>
    on(parts, 'attest', attested, saying(caller, comment), (record, acting) =>
      decideAttestation(record, attested, acting),
    ),
  rehearseRollback: ({ comment, ...rehearsed }: NewRehearsal, caller: Principal) =>
    on(parts, 'rehearse', rehearsed, saying(caller, comment), (_record, acting) => decideRehearsal(rehearsed, acting)),
  liftQuarantine: (lifting: Lifting, caller: Principal) =>
    on(parts, 'lift', lifting, saying(caller, lifting.comment), (record, acting) =>
      decideLifting(record, lifting, acting),
    ),
});
