import { event, type Event } from '#contracts';

/** Two days: longer than the target of a rollback must have been good. */
const GOOD_FOR_MS = 2 * 86_400_000;

/** What a deploy system vouches for. */
export interface Attested {
  readonly service: string;
  /** `v2.1.4+c41`. */
  readonly release: string;
  /** On how many it ran well. */
  readonly nodes: number;
  readonly at: number;
}

/** What a deploy system tells of a release that may be gone back to: that it ran well for two days, and that the way back was tried. */
export const attestationsOf = ({ service, release: name, nodes, at }: Attested): readonly Event[] => {
  const [softwareVersion = '', configRev = ''] = name.split('+');
  const of = { service, release: { softwareVersion, configRev }, by: 'deploy:ci', at };
  return [
    event('ReleaseAttested', { ...of, goodSinceMs: at - GOOD_FOR_MS, nodes, isRollbackSafe: true }),
    event('RollbackRehearsed', { ...of, passed: true, detail: `back on ${name} in 41 s` }),
  ];
};
