import fc from 'fast-check';
import { audienceDigest, COMMAND_TTL_MS, type Event, event } from '#contracts';
import {
  commanded,
  commandOf,
  decided,
  factsOf,
  FROM,
  NOW_MS,
  TO,
  verdictOf,
  verified,
  WAVES,
} from './signing.fixture.js';

/** Mostly yes: with many things that may be wrong, most states would have several, and no single one would be seen to matter. */
const mostly = fc.integer({ min: 0, max: 29 }).map((drawn) => drawn !== 0);
const rarely = mostly.map((is) => !is);
const RAILS = ['minimum_evidence', 'control_group', 'target', 'rate', 'audience'] as const;

/** What a state is made of; everything that matters is one of these words. */
const stateArbitrary = fc.record({
  wave: fc.integer({ min: 1, max: 3 }),
  isDecided: mostly,
  isDecidedTwice: rarely,
  isCommanded: mostly,
  isCommandedTwice: rarely,
  areBeforeVerified: mostly,
  isVerifiedAlready: rarely,
  isStopped: rarely,
  switchedTo: fc.array(mostly, { maxLength: 2 }),
  isOwnOn: mostly,
  lifeMs: fc.oneof(
    { weight: 20, arbitrary: fc.constant(COMMAND_TTL_MS) },
    fc.integer({ min: 1, max: 2 * COMMAND_TTL_MS }),
  ),
  ageMs: fc.oneof({ weight: 20, arbitrary: fc.constant(1_000) }, fc.integer({ min: -20_000, max: 2 * COMMAND_TTL_MS })),
  signedGeneration: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 20 })),
  isGenerationOfPlan: mostly,
  isAudienceOfPlan: mostly,
  isDigestOfAudience: mostly,
  areReleasesOfPlan: mostly,
  isServiceOfPlan: mostly,
  quarantine: fc.array(fc.boolean(), { maxLength: 2 }),
  failing: fc.uniqueArray(fc.constantFrom(...RAILS), { maxLength: 1 }),
  isAsked: fc.boolean(),
  opened: fc.option(fc.subarray([...RAILS], { minLength: 1 }), { nil: undefined }),
  isGranted: mostly,
  isGrantedInTime: mostly,
  isOverrideOfThis: mostly,
  isAuto: mostly,
});

type State = typeof stateArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** Whether a command may be signed, said of the words and not of the events. */
const mayBeSigned = (state: State): boolean => {
  const { wave, ageMs, lifeMs, opened, failing, isAsked } = state;
  const isOverridden = (rail: string): boolean =>
    (rail === 'target' || rail === 'rate') &&
    (opened ?? []).some((each) => each === rail) &&
    state.isGranted &&
    state.isGrantedInTime &&
    state.isOverrideOfThis;
  const isWarning = (rail: string): boolean => isAsked && (rail === 'minimum_evidence' || rail === 'control_group');
  const isOneNextWave =
    state.isDecided &&
    !state.isDecidedTwice &&
    state.isCommanded &&
    !state.isCommandedTwice &&
    (state.areBeforeVerified || wave === 1) &&
    !state.isVerifiedAlready &&
    !state.isStopped;
  const isOn = state.isOwnOn && state.switchedTo.at(-1) !== false;
  const isOfNow = lifeMs <= COMMAND_TTL_MS && ageMs < lifeMs && ageMs >= -5_000;
  const isAsPlanned =
    state.isGenerationOfPlan &&
    state.isAudienceOfPlan &&
    state.isDigestOfAudience &&
    state.areReleasesOfPlan &&
    state.isServiceOfPlan;
  return (
    isOneNextWave &&
    isOn &&
    isOfNow &&
    isAsPlanned &&
    state.signedGeneration < 10 + wave &&
    failing.every((rail) => isOverridden(rail) || isWarning(rail)) &&
    (state.quarantine.at(-1) !== true || isOverridden('target')) &&
    (state.isAuto || isAsked || wave > 1)
  );
};

const planOf = (state: State): readonly Event[] => {
  const { wave, failing, isAsked, opened } = state;
  const rails = RAILS.map((rail) => ({ rail, holds: !failing.some((each) => each === rail), detail: 'so' }));
  const decision = decided({ rails, ...(isAsked && { by: 'user:a' }), ...(opened && { overrideId: 'ov1' }) });
  const before = Array.from({ length: wave - 1 }, (_, index) => [
    commanded(index + 1),
    ...(state.areBeforeVerified || index > 0 ? [verified(index + 1)] : []),
  ]).flat();
  return [
    ...(state.isDecided ? [decision] : []),
    ...(state.isDecided && state.isDecidedTwice ? [decision] : []),
    ...before,
    ...(state.isCommandedTwice ? [commanded(wave, { commandId: 'other' })] : []),
    ...(state.isCommanded ? [commanded(wave)] : []),
    ...(state.isVerifiedAlready ? [verified(wave)] : []),
    ...(state.isStopped ? [event('RollbackStopped', { rollbackId: 'rb1', because: 'no gain', at: NOW_MS })] : []),
  ];
};

const overrideOf = ({ opened, isGranted, isGrantedInTime, isOverrideOfThis }: State): readonly Event[] => {
  if (opened === undefined) return [];
  const rollbackId = isOverrideOfThis ? 'rb1' : 'rb2';
  const requested = event('OverrideRequested', {
    overrideId: 'ov1',
    rollbackId,
    rails: opened,
    checklist: { isCritical: true, dollarsPerHour: 2e7, affectedCustomers: 2_000, resolutionEtaMs: 9e6 },
    by: 'user:a',
    comment: 'now',
    expiresAtMs: NOW_MS - (isGrantedInTime ? 0 : 30_000),
    at: NOW_MS - 60_000,
  });
  const granted = event('OverrideGranted', { overrideId: 'ov1', rollbackId, at: NOW_MS - 20_000 });
  return [requested, ...(isGranted ? [granted] : [])];
};

const verdictIn = (state: State): string => {
  const { wave, ageMs, lifeMs } = state;
  const of = { service: 'dns', release: TO };
  const audience = state.isAudienceOfPlan ? (WAVES[wave - 1] ?? []) : ['n59'];
  const command = commandOf({
    commandId: `co${wave}`,
    wave,
    audience,
    generation: state.isGenerationOfPlan ? 10 + wave : 10 + wave + 1,
    audienceDigest: state.isDigestOfAudience ? audienceDigest(audience) : audienceDigest([]),
    issuedAtMs: NOW_MS - ageMs,
    expiresAtMs: NOW_MS - ageMs + lifeMs,
    service: state.isServiceOfPlan ? 'dns' : 'mail',
    ...(state.areReleasesOfPlan ? {} : { from: TO, to: FROM }),
  });
  const facts = factsOf(planOf(state), {
    ownSwitch: { isOn: state.isOwnOn, detail: 'so' },
    automation: [
      ...state.switchedTo.map((isOn) => event('AutomationSwitched', { isOn, by: 'a', comment: 'b', at: NOW_MS })),
      ...(state.isAuto
        ? []
        : [event('AutomationModeSet', { service: 'dns', mode: 'approve', by: 'a', comment: 'b', at: NOW_MS })]),
    ],
    target: state.quarantine.map((is) =>
      is
        ? event('ReleaseQuarantined', { ...of, rollbackId: 'rb0', because: 'b', at: NOW_MS })
        : event('QuarantineLifted', { ...of, by: 'a', comment: 'b', at: NOW_MS }),
    ),
    override: overrideOf(state),
    signedGeneration: state.signedGeneration,
  });
  return verdictOf(command, facts);
};

describe('the signer, in 10,000 random states', () => {
  it('R32, R39, R54: signs when everything allows it, and only then', () => {
    const seen = { sign: 0, refuse: 0 };
    fc.assert(
      fc.property(stateArbitrary, (state) => {
        const is = verdictIn(state) === 'sign';
        seen[is ? 'sign' : 'refuse'] += 1;
        expect(is).toBe(mayBeSigned(state));
      }),
      { numRuns: 10_000, seed: 6 },
    );
    // Neither answer is rare, so that neither way of being wrong can hide.
    expect(Math.min(seen.sign, seen.refuse)).toBeGreaterThan(500);
  });
});
