import { event, type EventType, ruleOf, streamOf } from '#contracts';
import type { EngineStory } from '#testing';
import { commandsOf, executor, failing, fallBackRule, fallbackStory } from './fallback.fixture.js';

const typesOf = (told: EngineStory, customerId: string): readonly EventType[] => {
  const [decided] = told.all('FallbackDecided').filter((each) => each.customerId === customerId);
  const stream = streamOf.fallback(decided?.fallbackId ?? 'none');
  return told.told.filter((each) => each.stream === stream).map((each) => each.event.type);
};

const outage = (told: EngineStory, seconds = 15): EngineStory => {
  told.play(5);
  failing(told, 0.5);
  return told.play(seconds);
};

describe('another DNS provider for who is hurt', () => {
  it('R60: critical customers first, then by money; set up, told of the issue, told what to do, in this order', () => {
    const told = fallbackStory();
    executor(told);
    outage(told);
    expect(told.all('FallbackDecided').map(({ customerId }) => customerId)).toEqual(['rescue', 'bank', 'shop']);
    expect(told.all('FallbackDecided')[0]).toMatchObject({ provider: 'cloudflare_dns', isDryRun: false });
    expect(typesOf(told, 'bank')).toEqual([
      'FallbackDecided',
      'FallbackCommanded',
      'FallbackAnswered',
      'FallbackCommanded',
      'FallbackCommanded',
    ]);
    const steps = told.all('FallbackCommanded').filter(({ notice }) => notice?.customerId !== 'rescue');
    expect(steps.map(({ step }) => step).slice(-4)).toEqual([
      'notify_customer_of_issue',
      'provide_workaround_instructions',
      'notify_customer_of_issue',
      'provide_workaround_instructions',
    ]);
  });

  it('R60: the command is for the provider, names the domains of the customer and says what it can do meanwhile', () => {
    const told = fallbackStory();
    outage(told);
    const bank = commandsOf(told).find(({ customer }) => customer?.customerId === 'bank');
    expect(bank).toMatchObject({
      action: 'fall_back',
      audience: ['cloudflare_dns'],
      wave: 1,
      service: 'dns',
      from: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      customer: { domains: ['bank.example', 'pay.bank.example'] },
    });
    expect(bank?.customer?.workaround).toBe(
      'Bank: until our name servers are well again, let the resolvers and forwarders that you run ask one of these in their place: ' +
        '1.1.1.1 (Cloudflare), 8.8.8.8 (Google), 9.9.9.9 (Quad9). Leave the registrations and name server records of bank.example, ' +
        'pay.bank.example as they are. It ends when our servers have answered you well for five minutes: we write to you then, and you ' +
        'undo what you changed.',
    );
    const generations = commandsOf(told).map(({ generation }) => generation);
    expect(generations).toEqual([...new Set(generations)].toSorted((a, b) => a - b));
  });

  it('R60: what the customer is told leaves when the provider has taken it, not before', () => {
    const told = fallbackStory();
    outage(told);
    expect(told.all('FallbackCommanded').filter(({ notice }) => notice !== undefined)).toEqual([]);
    const done = fallbackStory();
    executor(done);
    outage(done);
    const texts = done
      .all('FallbackCommanded')
      .flatMap(({ notice }) => (notice?.customerId === 'bank' ? [notice] : []));
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatchObject({
      name: 'Bank',
      text:
        'Bank: since 2021-07-22 11:47 UTC our name servers fail for a part of the queries for bank.example, pay.bank.example. ' +
        'Cloudflare answers for you meanwhile. What you can do yourself follows.',
    });
  });

  it('R60: a dry run unless the rule says otherwise: decided, commanded nothing, over with the incident', () => {
    const told = fallbackStory(fallBackRule());
    executor(told);
    outage(told);
    expect(told.all('FallbackDecided').map(({ isDryRun }) => isDryRun)).toEqual([true, true, true]);
    expect(told.all('FallbackDecided')[0]?.because).toMatch(/^dry run \(its rule says so\): hurt: /);
    failing(told, 0);
    told.play(400);
    expect(told.all('FallbackEnded')).toHaveLength(3);
    expect(told.all('IncidentResolved')).toHaveLength(1);
    expect([commandsOf(told), told.all('FallbackCommanded')]).toEqual([[], []]);
  });

  it('R60: once for an incident and a customer, over restarts as well', () => {
    const told = fallbackStory();
    executor(told);
    outage(told, 4);
    told.restart();
    told.play(10);
    expect(told.all('FallbackDecided')).toHaveLength(3);
    expect(commandsOf(told)).toHaveLength(3);
  });

  it('R60: a provider that fails is followed by the next, and others are not sent to it', () => {
    const told = fallbackStory();
    executor(told, (_, provider) => (provider === 'cloudflare_dns' ? 'failed' : 'done'));
    outage(told);
    expect(told.all('FallbackProviderChanged').map(({ provider }) => provider)).toEqual([
      'google_dns',
      'google_dns',
      'google_dns',
    ]);
    expect(commandsOf(told).map(({ audience, wave }) => [audience[0], wave])).toEqual([
      ['cloudflare_dns', 1],
      ['cloudflare_dns', 1],
      ['cloudflare_dns', 1],
      ['google_dns', 2],
      ['google_dns', 2],
      ['google_dns', 2],
    ]);
    expect(told.all('IncidentEscalated')).toEqual([]);
  });

  it('R60: a provider that does not answer within the life of its command is followed by the next', () => {
    const told = fallbackStory();
    executor(told, (_, provider) => (provider === 'cloudflare_dns' ? undefined : 'done'));
    outage(told, 119);
    expect(told.all('FallbackProviderChanged')).toEqual([]);
    told.play(6);
    expect(told.all('FallbackProviderChanged')[0]).toMatchObject({
      provider: 'google_dns',
      because: 'cloudflare_dns did not answer within 120 s',
    });
  });

  it('R60: no provider is left: it stops, and a person is called once, not once a customer', () => {
    const told = fallbackStory();
    executor(told, () => 'failed');
    outage(told, 30);
    expect(told.all('FallbackStopped')).toHaveLength(3);
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'on_call', fallback: { step: 'no_provider' } }]);
    expect(commandsOf(told)).toHaveLength(9);
  });

  it('R60: nobody is moved to a provider of which somebody tells that it is ill', () => {
    const told = fallbackStory();
    const counts = {
      queriesPerSecond: 9_000,
      usualPerSecond: 2_000,
      atUs: (Date.UTC(2021, 6, 22, 11, 47) + 4_000) * 1_000,
    };
    told.fleet.signals.push({ type: 'spillover', provider: 'cloudflare_dns', isHealthy: false, ...counts });
    outage(told);
    expect(commandsOf(told).map(({ audience }) => audience[0])).toEqual(['google_dns', 'google_dns', 'google_dns']);
  });

  it('R60: the customer is given back when its incident has nothing left, and the incident waits for that', () => {
    const told = fallbackStory();
    executor(told, ({ action }) => (action === 'fall_back' ? 'done' : undefined));
    outage(told);
    failing(told, 0);
    told.play(150);
    const restores = commandsOf(told).filter(({ action }) => action === 'restore');
    expect(restores).toMatchObject([
      { audience: ['cloudflare_dns'], customer: { customerId: 'rescue' } },
      { audience: ['cloudflare_dns'], customer: { customerId: 'bank' } },
      { audience: ['cloudflare_dns'], customer: { customerId: 'shop' } },
    ]);
    expect(told.all('AlertResolved')).toHaveLength(1);
    expect(told.all('IncidentResolved')).toEqual([]);
    executor(told);
    told.play(125);
    expect(told.all('FallbackEnded')).toHaveLength(3);
    expect(told.all('FallbackEnded')[1]?.notice?.text).toMatch(
      /^Bank: our name servers answer you well again, and Cloudflare /,
    );
    expect(told.all('IncidentResolved')).toHaveLength(1);
  });

  it('R60: a customer that is answered well for five minutes is given back, though its incident goes on', () => {
    const goesOn = ruleOf({
      name: 'never_perfect',
      signal: 'success_rate',
      comparison: 'below',
      threshold: 99.999,
      windowMs: 60_000,
      scopes: ['fleet'],
      severity: 'critical',
    });
    const told = fallbackStory(fallBackRule(false), goesOn);
    executor(told);
    outage(told);
    failing(told, 0.0005);
    // Of the window of five minutes so much must be well that what was not makes it hurt no longer.
    told.play(280);
    expect(commandsOf(told).filter(({ action }) => action === 'restore')).toEqual([]);
    told.play(24);
    expect(told.all('FallbackEnded').map(({ because }) => because)).toEqual(
      Array(3).fill('cloudflare_dns gave the customer back'),
    );
    expect(commandsOf(told).at(-1)?.reason).toBe('its queries were answered well for 5 min');
    expect(told.all('IncidentResolved')).toEqual([]);
  });

  it('R60: every provider that was told to answer is told to stop, also one that failed', () => {
    const told = fallbackStory();
    executor(told, ({ action }, provider) =>
      provider === 'cloudflare_dns' && action === 'fall_back' ? 'failed' : 'done',
    );
    outage(told);
    failing(told, 0);
    told.play(150);
    const [restore] = commandsOf(told).filter(({ action }) => action === 'restore');
    expect(restore?.audience).toEqual(['cloudflare_dns', 'google_dns']);
    expect(told.all('FallbackEnded')).toHaveLength(3);
  });

  it('R60: one that is not given back is tried three times, calls a person, and holds its incident open', () => {
    const told = fallbackStory();
    executor(told, ({ action }) => (action === 'restore' ? 'failed' : 'done'));
    outage(told);
    failing(told, 0);
    told.play(600);
    expect(commandsOf(told).filter(({ action }) => action === 'restore')).toHaveLength(9);
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'on_call', fallback: { step: 'restore' } }]);
    expect(told.all('IncidentResolved')).toEqual([]);
    // By hand, and said so.
    for (const command of commandsOf(told).slice(-3)) {
      const { commandId, generation } = command;
      const report = {
        nodeId: 'cloudflare_dns',
        agentBootId: '2',
        commandId,
        generation,
        status: 'done',
        detail: '',
      } as const;
      told.fleet.reports.push({ type: 'answer', ...report, atUs: 0 });
    }
    told.play(2);
    expect(told.all('FallbackEnded')).toHaveLength(3);
    expect(told.all('IncidentResolved')).toHaveLength(1);
  });

  it('RAIL-14: with automation off nothing is commanded; when it is on again, what was a dry run is done', () => {
    const told = fallbackStory();
    const switched = (isOn: boolean) =>
      told.tell(streamOf.automation, event('AutomationSwitched', { isOn, by: 'user:ana', comment: 'drill', at: 1 }));
    switched(false);
    executor(told);
    outage(told);
    expect(told.all('FallbackDecided').map(({ isDryRun }) => isDryRun)).toEqual([true, true, true]);
    expect(told.all('FallbackDecided')[0]?.because).toMatch(/^dry run \(automation is off: drill\): /);
    expect(commandsOf(told)).toEqual([]);
    switched(true);
    told.play(3);
    expect(commandsOf(told)).toHaveLength(3);
    // Off again: nobody is given back.
    switched(false);
    failing(told, 0);
    told.play(150);
    expect(commandsOf(told).filter(({ action }) => action === 'restore')).toEqual([]);
    switched(true);
    told.play(2);
    expect(commandsOf(told).filter(({ action }) => action === 'restore')).toHaveLength(3);
  });

  it.each(['observe', 'recommend', 'approve'] as const)('RAIL-15: in mode %s it is a dry run', (mode) => {
    const told = fallbackStory();
    told.tell(
      streamOf.automation,
      event('AutomationModeSet', { service: 'dns', mode, by: 'user:ana', comment: 'new', at: 1 }),
    );
    outage(told, 4);
    expect(told.all('FallbackDecided')[0]).toMatchObject({ isDryRun: true });
    expect(told.all('FallbackDecided')[0]?.because).toContain(`the mode of dns is ${mode} (auto acts)`);
    expect(commandsOf(told)).toEqual([]);
  });
});
