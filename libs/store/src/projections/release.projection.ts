import { type EventData, releaseName } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

type Told = Pick<EventData<'QuarantineLifted'>, 'service' | 'release' | 'at'>;
type Part = 'attestation' | 'rehearsal' | 'quarantine' | 'lifting';

const know = (tx: Queryable, part: Part, { service, release, ...told }: Told): Promise<unknown> =>
  tx.query(
    `insert into release (service, name, release, ${part}, changed_at) values ($1, $2, $3::jsonb, $4::jsonb, $5)
     on conflict (service, name) do update set ${part} = excluded.${part}, changed_at = excluded.changed_at`,
    [service, releaseName(release), json(release), json(told), told.at],
  );

/** What is known of a release, whichever rollout brings it; the last word of each kind stands. */
export const releaseProjection = projection(['release'], {
  ReleaseAttested: (tx, told) => know(tx, 'attestation', told),
  RollbackRehearsed: (tx, told) => know(tx, 'rehearsal', told),
  ReleaseQuarantined: (tx, told) => know(tx, 'quarantine', told),
  QuarantineLifted: async (tx, told) => {
    await know(tx, 'lifting', told);
    await tx.query('update release set quarantine = null where service = $1 and name = $2', [
      told.service,
      releaseName(told.release),
    ]);
  },
});
