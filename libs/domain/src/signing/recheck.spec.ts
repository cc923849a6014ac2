import { type Command, COMMAND_AUDIENCE_MAX, COMMAND_TTL_MS, type Event, event } from '#contracts';
import type { SigningFacts } from './signing-facts.js';
import { commanded, commandOf, decided, factsOf, NOW_MS, TO, verdictOf, verified, WAVES } from './signing.fixture.js';

const stopped = event('RollbackStopped', { rollbackId: 'rb1', because: 'wave 1: no gain', at: NOW_MS });
const switched = (isOn: boolean): Event =>
  event('AutomationSwitched', { isOn, by: 'user:alice', comment: 'maintenance', at: NOW_MS });
const inMode = (mode: 'auto' | 'approve'): Event =>
  event('AutomationModeSet', { service: 'dns', mode, by: 'user:alice', comment: 'careful', at: NOW_MS });
const of = { service: 'dns', release: TO };
const quarantined = event('ReleaseQuarantined', { ...of, rollbackId: 'rb0', because: 'failed', at: NOW_MS });
const lifted = event('QuarantineLifted', { ...of, by: 'user:alice', comment: 'mended', at: NOW_MS });
const failing = (rail: string) => ({ rails: [{ rail, holds: false, detail: 'no' }] });
const override = (rails: string[], rollbackId = 'rb1', expiresAtMs = NOW_MS + 600_000): Event[] => [
  event('OverrideRequested', {
    overrideId: 'ov1',
    rollbackId,
    rails,
    checklist: { isCritical: true, dollarsPerHour: 2e7, affectedCustomers: 2_000, resolutionEtaMs: 9e6 },
    by: 'user:alice',
    comment: 'now',
    expiresAtMs,
    at: NOW_MS - 60_000,
  }),
  event('OverrideGranted', { overrideId: 'ov1', rollbackId, at: NOW_MS - 30_000 }),
];

/** The first wave, with one thing changed. */
const first = (
  command: Partial<Command> = {},
  plan: readonly Event[] = [decided(), commanded(1)],
  facts: Partial<SigningFacts> = {},
): string => verdictOf(commandOf(command), factsOf(plan, facts));

describe('the signer, of the first wave of a rollback', () => {
  it('signs it when everything is as the log says', () => {
    expect(first()).toBe('sign');
  });

  it.each([
    ['nothing was decided', [commanded(1)]],
    ['it was decided twice', [decided(), decided(), commanded(1)]],
    ['it has stopped', [decided(), commanded(1), stopped]],
    ['it is of another service', [decided({ service: 'mail' }), commanded(1)]],
    ['it is from another release', [decided({ from: TO }), commanded(1)]],
    ['it is to another release', [decided({ to: { ...TO, configRev: 'c40' } }), commanded(1)]],
    ['a node is in two waves', [decided({ waves: [...WAVES, ['n1']] }), commanded(1)]],
  ])('R32: refuses it when %s', (_what, plan) => {
    expect(first({}, plan)).toBe('plan');
  });

  it.each([
    ['it was not commanded', [decided()]],
    ['another command was', [decided(), commanded(1, { commandId: 'co9' })]],
    ['two were', [decided(), commanded(1, { commandId: 'co9' }), commanded(1)]],
    ['it is verified already', [decided(), commanded(1), verified(1)]],
    ['another wave was commanded since', [decided(), commanded(1), verified(1), commanded(2)]],
  ])('R32: refuses it when %s: one command for each wave', (_what, plan) => {
    expect(first({}, plan)).toBe('wave');
  });

  it.each([
    ['a node more', ['n0', 'n1', 'n2']],
    ['a node less', ['n0']],
    ['another node', ['n0', 'n2']],
    ['a node twice', ['n0', 'n0', 'n1']],
    ['nobody', []],
    ['more than one command may name', Array.from({ length: COMMAND_AUDIENCE_MAX + 1 }, (_, index) => `x${index}`)],
  ])('refuses an audience with %s than the plan: an empty set is nothing', (_what, audience) => {
    expect(first({ audience })).toBe('audience');
  });

  it('refuses an audience that does not match its digest', () => {
    expect(first({ audienceDigest: '0'.repeat(64) })).toBe('audience');
  });

  it.each([
    ['as old as the newest that was signed', { generation: 10 }, 'generation'],
    ['newer than its plan says', { generation: 12 }, 'generation'],
    ['at its end', { expiresAtMs: NOW_MS }, 'expired'],
    ['with too long a life', { expiresAtMs: NOW_MS - 999 + COMMAND_TTL_MS }, 'expired'],
    ['of tomorrow', { issuedAtMs: NOW_MS + 5_001, expiresAtMs: NOW_MS + 6_000 }, 'expired'],
    ['of another action', { action: 'deploy' }, 'plan'],
  ] as const)('refuses one that is %s', (_what, command, code) => {
    expect(first(command)).toBe(code);
  });

  it('refuses a wave that is not the next of its plan, with everything else as the plan says', () => {
    const plan = [decided(), commanded(1, { wave: 2 })];
    expect(first({ wave: 2, audience: WAVES[1] }, plan)).toBe('wave');
  });

  it('B8: refuses everything while its own switch is off, or the one of the log', () => {
    expect(first({}, undefined, { ownSwitch: { isOn: false, detail: 'the file cannot be read' } })).toBe(
      'switched_off',
    );
    expect(first({}, undefined, { automation: [switched(false)] })).toBe('switched_off');
    expect(first({}, undefined, { automation: [switched(false), switched(true)] })).toBe('sign');
    expect(first({}, [], { automation: [switched(false)] })).toBe('switched_off');
  });

  it('R39: refuses what would bring a release in quarantine, or the one that is to be left', () => {
    expect(first({}, undefined, { target: [quarantined] })).toBe('target');
    expect(first({}, undefined, { target: [quarantined, lifted] })).toBe('sign');
    expect(first({ to: commandOf({}).from }, [decided({ to: commandOf({}).from }), commanded(1)])).toBe('target');
  });

  it('refuses a first wave of two PoPs and more than 5 % of the inventory', () => {
    const waveOf = (audience: string[]) => first({ audience }, [decided({ waves: [audience] }), commanded(1)]);
    expect(waveOf(['n0', 'n1', 'n20', 'n21'])).toBe('blast_radius');
    expect(waveOf(['n0', 'n1', 'n20'])).toBe('sign');
    expect(waveOf(['n0', 'n1', 'n2', 'n3', 'n4'])).toBe('sign');
  });

  it('refuses what nobody asked for, of a service that may not act by itself', () => {
    expect(first({}, undefined, { automation: [inMode('approve')] })).toBe('mode');
    expect(first({}, undefined, { automation: [inMode('approve'), inMode('auto')] })).toBe('sign');
    const asked = [decided({ by: 'user:alice' }), commanded(1)];
    expect(first({}, asked, { automation: [inMode('approve')] })).toBe('sign');
  });

  it('refuses where a recorded rail does not hold; one of evidence is a warning where a person asked', () => {
    for (const by of [undefined, 'user:alice']) {
      const verdict = (rail: string) => first({}, [decided({ ...failing(rail), ...(by && { by }) }), commanded(1)]);
      expect(verdict('minimum_evidence')).toBe(by === undefined ? 'rail' : 'sign');
      expect(verdict('target')).toBe('rail');
      expect(verdict('audience')).toBe('rail');
      expect(verdict('one that is not known here')).toBe('rail');
    }
  });

  it('R53, R54: signs what three votes opened in time, for this rollback alone, and nothing that nobody may open', () => {
    const verdict = (votes: Event[], rail = 'target') =>
      first({}, [decided({ ...failing(rail), overrideId: 'ov1' }), commanded(1)], { override: votes });
    const [asked, granted] = override(['target']) as [Event, Event];
    const [other, otherGranted] = override(['target'], 'rb2') as [Event, Event];
    const expired = event('OverrideExpired', { overrideId: 'ov1', because: '10 min', at: NOW_MS });
    const denied = event('OverrideRefused', { overrideId: 'ov1', because: 'no', at: NOW_MS });
    expect(verdict([asked, granted])).toBe('sign');
    expect(verdict([asked])).toBe('rail');
    expect(verdict([granted])).toBe('rail');
    expect(verdict([asked, granted, expired])).toBe('rail');
    expect(verdict([asked, granted, denied])).toBe('rail');
    expect(verdict([other, otherGranted])).toBe('rail');
    expect(verdict([asked, otherGranted])).toBe('rail');
    expect(verdict(override(['target'], 'rb1', NOW_MS - 31_000))).toBe('rail');
    expect(verdict(override(['rate']))).toBe('rail');
    expect(verdict(override(['audience']), 'audience')).toBe('rail');
  });
});

describe('the signer, of a later wave', () => {
  const second = (plan: readonly Event[]): string =>
    verdictOf(commandOf({ commandId: 'co2', wave: 2, generation: 12, audience: WAVES[1] }), factsOf(plan));

  it('R32: signs it when every wave before it is verified, and only then', () => {
    expect(second([decided(), commanded(1), verified(1), commanded(2)])).toBe('sign');
    expect(second([decided(), commanded(1), commanded(2)])).toBe('wave');
    expect(second([decided(), verified(1), commanded(2)])).toBe('wave');
    expect(second([decided(), commanded(1), verified(1), stopped, commanded(2)])).toBe('plan');
  });

  it('a mode that was changed meanwhile leaves no rollback half done: for that there is the switch', () => {
    const plan = [decided(), commanded(1), verified(1), commanded(2)];
    const command = commandOf({ commandId: 'co2', wave: 2, generation: 12, audience: WAVES[1] });
    expect(verdictOf(command, factsOf(plan, { automation: [inMode('approve')] }))).toBe('sign');
    expect(verdictOf(command, factsOf(plan, { automation: [switched(false)] }))).toBe('switched_off');
  });
});
