import { type Command, type Event, event, type EventData } from '#contracts';
import { commandOf, factsOf, FROM, NOW_MS, reason, TO, verdictOf } from './signing.fixture.js';

const ids = { rollbackId: undefined };

describe('the signer, of a redirect', () => {
  const of = { redirectId: 'rd1', at: NOW_MS };
  const decided = (holds = true): Event =>
    event('RedirectDecided', {
      ...of,
      incidentId: 'in1',
      alertId: 'al1',
      scope: 'pop',
      key: 'pop-0',
      nodes: ['n1', 'n0'],
      siblings: ['pop-1'],
      service: 'dns',
      release: TO,
      trigger: reason,
      rails: [{ rail: 'capacity', holds, detail: '60 %' }],
    });
  const commanded = (action: 'drain' | 'resume', generation: number): Event =>
    event('RedirectCommanded', { ...of, action, commandId: `co-${action}`, generation, because: 'slow' });
  const ended = event('RedirectEnded', { ...of, because: 'back' });
  const command = (action: 'drain' | 'resume', changes: Partial<Command> = {}): Command =>
    commandOf({
      ...ids,
      redirectId: 'rd1',
      action,
      commandId: `co-${action}`,
      wave: action === 'drain' ? 1 : 2,
      generation: action === 'drain' ? 11 : 12,
      from: TO,
      to: TO,
      ...changes,
    });
  const drain = (plan: readonly Event[], changes: Partial<Command> = {}) =>
    verdictOf(command('drain', changes), factsOf(plan));
  const resume = (plan: readonly Event[]) => verdictOf(command('resume'), factsOf(plan));
  const [out, back] = [commanded('drain', 11), commanded('resume', 12)];

  it('R25: signs the way out once, and the way back once after it', () => {
    expect(drain([decided(), out])).toBe('sign');
    expect(resume([decided(), out, back])).toBe('sign');
    expect(drain([decided(), out, back])).toBe('wave');
    expect(resume([decided(), back])).toBe('wave');
    expect(resume([decided(), out])).toBe('wave');
    expect(drain([decided(), out, out])).toBe('wave');
    expect(drain([decided()])).toBe('wave');
  });

  it('R25: refuses what was not decided, has ended, was refused by a rail, or names others', () => {
    expect(drain([out])).toBe('plan');
    expect(drain([decided(), decided(), out])).toBe('plan');
    expect(drain([decided(), out, ended])).toBe('plan');
    expect(drain([decided(false), out])).toBe('rail');
    expect(drain([decided(), out], { audience: ['n0'] })).toBe('audience');
    expect(drain([decided(), out], { to: FROM })).toBe('plan');
    expect(drain([decided(), out], { wave: 2 })).toBe('wave');
    expect(drain([decided(), out], { action: 'rollback' })).toBe('plan');
    expect(drain([decided(), out], { commandId: 'co9' })).toBe('wave');
  });
});

describe('the signer, of a stage', () => {
  const of = { rolloutId: 'ro1', at: NOW_MS };
  const gate = { failing: { healthy: 0.001, faulty: 0.003 } };
  const nodes = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const declared = (changes: Partial<EventData<'RolloutDeclared'>> = {}): Event =>
    event('RolloutDeclared', {
      ...of,
      service: 'dns',
      release: TO,
      previous: FROM,
      mode: 'driving',
      plan: {
        stages: [
          { name: 'canary', sharePercent: 5, durationMs: 1_000, gate, needsApproval: true },
          { name: 'rest', sharePercent: 100, durationMs: 1_000, gate },
        ],
      },
      nodes,
      by: 'user:alice',
      ...changes,
    });
  const asked = event('RolloutStartRequested', { ...of, by: 'user:alice' });
  const told = (stage: string, audience: string[], commandId = 'co1', generation = 11): Event =>
    event('StageCommanded', { ...of, stage, commandId, generation, nodes: audience });
  const promoted = event('StagePromoted', { ...of, stage: 'canary', next: 'rest', because: 'well' });
  const approved = event('StageApproved', { ...of, stage: 'canary', by: 'user:alice', note: '' });
  const verdict = event('GateDecided', {
    ...of,
    stage: 'canary',
    phase: 'baking',
    verdict: 'roll_back',
    cohort: { good: 1, bad: 1 },
    control: { good: 1, bad: 0 },
    tests: [],
    because: 'failing',
  });
  const halted = event('RolloutHalted', { ...of, because: 'breach' });
  const deploy = (plan: readonly Event[], changes: Partial<Command> = {}) =>
    verdictOf(commandOf({ ...ids, rolloutId: 'ro1', action: 'deploy', ...changes }), factsOf(plan));

  it('R33: signs the first stage when its start was asked for, no wider than its share', () => {
    expect(deploy([declared(), asked, told('canary', ['n0', 'n1'])])).toBe('sign');
    expect(deploy([declared(), told('canary', ['n0', 'n1'])])).toBe('wave');
    expect(deploy([declared(), asked, told('canary', ['n2'], 'co0', 9), told('canary', ['n0', 'n1'])])).toBe('wave');
    const foreign = ['n0', 'n99'];
    expect(deploy([declared(), asked, told('canary', foreign)], { audience: foreign })).toBe('wave');
    expect(deploy([declared({ nodes: [] }), asked, told('canary', ['n0', 'n1'])])).toBe('sign');
  });

  it('R33: refuses what is not driven from here, goes no further, or is not as it was commanded', () => {
    const stage = told('canary', ['n0', 'n1']);
    expect(deploy([asked, stage])).toBe('plan');
    expect(deploy([declared({ mode: 'advisory' }), asked, stage])).toBe('plan');
    expect(deploy([declared(), asked, stage, halted])).toBe('plan');
    expect(deploy([declared(), asked, stage, verdict])).toBe('plan');
    expect(deploy([declared({ release: FROM, previous: TO }), asked, stage])).toBe('plan');
    expect(deploy([declared(), asked, stage], { action: 'drain' })).toBe('plan');
    expect(deploy([declared(), asked, stage], { audience: ['n0'] })).toBe('audience');
    expect(deploy([declared(), asked, stage, stage])).toBe('wave');
    expect(deploy([declared(), asked])).toBe('wave');
    expect(deploy([declared(), asked, told('staging', ['n0', 'n1'])])).toBe('wave');
  });

  it('R34: signs the next stage when the gate let it begin and, where the plan says so, a person', () => {
    const audience = ['n2', 'n3', 'n4'];
    const rest = told('rest', audience);
    const before = [declared(), asked, told('canary', ['n0', 'n1'], 'co0', 9)];
    expect(deploy([...before, promoted, approved, rest], { audience })).toBe('sign');
    expect(deploy([...before, promoted, rest], { audience })).toBe('wave');
    expect(deploy([...before, approved, rest], { audience })).toBe('wave');
  });

  it('R39: refuses a release in quarantine', () => {
    const quarantined = event('ReleaseQuarantined', {
      service: 'dns',
      release: TO,
      rollbackId: 'rb0',
      because: 'failed',
      at: NOW_MS,
    });
    const plan = [declared(), asked, told('canary', ['n0', 'n1'])];
    const command = commandOf({ ...ids, rolloutId: 'ro1', action: 'deploy' });
    expect(verdictOf(command, factsOf(plan, { target: [quarantined] }))).toBe('target');
  });

  it('R41: signs a halt of a rollout that somebody or something halted, and no other', () => {
    const halt = { action: 'halt', from: TO } as const;
    const stop = event('HaltCommanded', { ...of, commandId: 'co1', generation: 11, nodes: ['n0', 'n1'] });
    expect(deploy([declared(), halted, stop], halt)).toBe('sign');
    expect(deploy([declared(), halted], halt)).toBe('wave');
    expect(deploy([declared(), halted, stop, stop], halt)).toBe('wave');
    expect(deploy([declared(), stop], halt)).toBe('plan');
    expect(deploy([halted, stop], halt)).toBe('plan');
    expect(deploy([declared(), halted, stop], { ...halt, service: 'mail' })).toBe('plan');
    expect(deploy([declared(), halted, stop], { ...halt, audience: ['n2'] })).toBe('audience');
  });
});

describe('the signer, of a fallback', () => {
  const of = { fallbackId: 'fb1', at: NOW_MS };
  const provider = 'cloudflare_dns' as const;
  const decided = (isDryRun = false): Event =>
    event('FallbackDecided', { ...of, incidentId: 'in1', customerId: 'acme', provider, isDryRun, because: 'hurt' });
  const told = (step: EventData<'FallbackCommanded'>['step'], generation = 11, commandId = 'co1'): Event =>
    event('FallbackCommanded', { ...of, step, provider, commandId, generation });
  const stopped = event('FallbackStopped', { ...of, because: 'no provider' });
  const ended = event('FallbackEnded', { ...of, because: 'back' });
  const fallBack = (plan: readonly Event[], changes: Partial<Command> = {}) =>
    verdictOf(
      commandOf({ ...ids, fallbackId: 'fb1', action: 'fall_back', audience: [provider], ...changes }),
      factsOf(plan),
    );
  const step = told('setup_emergency_dns_fallback');

  it('R60: signs each step of one that was decided, and of no dry run', () => {
    expect(fallBack([decided(), step])).toBe('sign');
    expect(fallBack([decided(true), step])).toBe('plan');
    expect(fallBack([step])).toBe('plan');
    expect(fallBack([decided(), decided(), step])).toBe('plan');
    expect(fallBack([decided()])).toBe('wave');
    expect(fallBack([decided(), step, step])).toBe('wave');
    expect(fallBack([decided(), step], { audience: ['quad9_dns'] })).toBe('audience');
    expect(fallBack([decided(), told('notify_customer_of_issue')])).toBe('wave');
    expect(fallBack([decided(), told('setup_emergency_dns_fallback', 12)])).toBe('generation');
  });

  it('R60: signs the way back also of one that was stopped, and nothing after its end', () => {
    const undo = { action: 'restore' } as const;
    const out = told('setup_emergency_dns_fallback', 9, 'co0');
    expect(fallBack([decided(), out, stopped, told('undo')], undo)).toBe('sign');
    expect(fallBack([decided(), stopped, told('undo')], undo)).toBe('audience');
    expect(fallBack([decided(), stopped, step])).toBe('plan');
    expect(fallBack([decided(), out, ended, told('undo')], undo)).toBe('plan');
    expect(fallBack([decided(), step], undo)).toBe('plan');
  });

  it('R60: refuses one for another customer', () => {
    const customer = { customerId: 'globex', domains: [], workaround: '' };
    expect(fallBack([decided(), step], { customer })).toBe('plan');
    expect(fallBack([decided(), step], { customer: { ...customer, customerId: 'acme' } })).toBe('sign');
  });
});
