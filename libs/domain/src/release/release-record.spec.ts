import { event, type Event } from '#contracts';
import { evolveReleases, RELEASES_MAX, type ReleaseRecords } from './release-record.js';

const of = (configRev = 'c41') => ({ service: 'dns', release: { softwareVersion: 'v2', configRev } });
const attested = (configRev?: string): Event =>
  event('ReleaseAttested', { ...of(configRev), goodSinceMs: 7, nodes: 40, isRollbackSafe: true, by: 'ci', at: 9 });
const quarantined = (configRev?: string): Event =>
  event('ReleaseQuarantined', { ...of(configRev), rollbackId: 'rb1', because: 'it failed', at: 9 });
const rehearsed = (passed: boolean): Event =>
  event('RollbackRehearsed', { ...of(), passed, detail: 'back in 41 s', by: 'ci', at: 9 });

const after = (...events: readonly Event[]): ReleaseRecords => {
  let records: ReleaseRecords = new Map();
  for (const each of events) records = evolveReleases(records, each) ?? records;
  return records;
};

describe('the record of a release', () => {
  it('RAIL-6: tells since when it is good, on how many nodes, and whether going back to it was tried', () => {
    expect(after(attested(), rehearsed(false), rehearsed(true)).get('dns/v2+c41')).toEqual({
      ...of(),
      attested: { goodSinceMs: 7, nodes: 40, isRollbackSafe: true },
      isRehearsed: true,
      quarantined: undefined,
    });
  });

  it('R39: keeps its quarantine until somebody lifts it; an attestation does not', () => {
    const lifted = event('QuarantineLifted', { ...of(), by: 'ana', comment: 'mended', at: 10 });
    expect(after(quarantined(), attested()).get('dns/v2+c41')?.quarantined).toMatchObject({ rollbackId: 'rb1' });
    expect(after(quarantined(), lifted).get('dns/v2+c41')?.quarantined).toBeUndefined();
  });

  it('forgets what was told of longest ago, and no quarantine while another goes', () => {
    const many = Array.from({ length: RELEASES_MAX }, (_, index) => attested(`n${index}`));
    const records = after(quarantined(), ...many);
    expect(records.size).toBe(RELEASES_MAX);
    expect([records.has('dns/v2+c41'), records.has('dns/v2+n0'), records.has('dns/v2+n1')]).toEqual([
      true,
      false,
      true,
    ]);
    const bad = Array.from({ length: RELEASES_MAX + 1 }, (_, index) => quarantined(`n${index}`));
    expect(after(...bad).size).toBe(RELEASES_MAX);
  });
});
