import { type ApiClient, Refused, Unreachable } from './api-client.js';
import { readArguments } from './arguments.js';
import { askDoor, type Terminal, watchRollout } from './door.js';
import type { DoorAsked } from './door-arguments.js';
import { waitForGate } from './gate.js';
import { UsageError } from './usage-error.js';

const COMMON = { json: false, url: undefined, key: undefined };
const door = (...args: readonly string[]): DoorAsked => readArguments(args) as DoorAsked;

describe('commands that act', () => {
  it.each([
    [
      ['rollout', 'declare', 'ro1', '--service', 'dns', '--release', 'v2+c2', '--previous', 'v1+c1', '--nodes', 'a,b'],
      '/v1/rollouts',
      {
        rolloutId: 'ro1',
        service: 'dns',
        release: { softwareVersion: 'v2', configRev: 'c2' },
        previous: { softwareVersion: 'v1', configRev: 'c1' },
        mode: 'advisory',
        nodes: ['a', 'b'],
      },
    ],
    [['alert', 'resolve', 'al1'], '/v1/alerts/al1/resolve', {}],
    [['rollout', 'start', 'ro1'], '/v1/rollouts/ro1/start', {}],
    [['rollout', 'approve', 'ro1', '--stage', 'canary'], '/v1/rollouts/ro1/approvals', { stage: 'canary', note: '' }],
    [['drill', 'now', '--channel', 'pagerduty'], '/v1/drills', { channel: 'pagerduty' }],
    [['rollout', 'halt', 'ro1', '--comment', 'x'], '/v1/rollouts/ro1/halt', { comment: 'x' }],
    [['rollout', 'rollback', 'ro1', '--comment', 'x'], '/v1/rollouts/ro1/rollback', { comment: 'x' }],
    [
      ['rollout', 'override', 'ro1', '--items', 'risk,target', '--comment', 'x'],
      '/v1/rollouts/ro1/overrides',
      { items: ['risk', 'target'], comment: 'x' },
    ],
    [['automation', 'off', '--comment', 'drill'], '/v1/automation/switch', { isOn: false, comment: 'drill' }],
    [
      ['automation', 'mode', 'dns', 'approve', '--comment', 'x'],
      '/v1/automation/modes',
      { service: 'dns', mode: 'approve', comment: 'x' },
    ],
    [
      ['release', 'attest', 'dns', 'v1+c1', '--since', '2021-07-22T10:00Z', '--count', '20'],
      '/v1/releases/attestations',
      {
        service: 'dns',
        release: { softwareVersion: 'v1', configRev: 'c1' },
        goodSinceMs: Date.UTC(2021, 6, 22, 10),
        nodes: 20,
        isRollbackSafe: true,
      },
    ],
    [
      ['override', 'request', 'rb1', '--rails', 'rate,target', '--eta', '3h', '--comment', 'x'],
      '/v1/overrides',
      { rollbackId: 'rb1', rails: ['rate', 'target'], resolutionEtaMs: 10_800_000, comment: 'x' },
    ],
    [
      ['override', 'vote', 'o-1', '--no', '--comment', 'x'],
      '/v1/overrides/o-1/votes',
      { isApproved: false, comment: 'x' },
    ],
    [['rollback', 'approve', 'rb1', '--comment', 'x'], '/v1/rollbacks/rb1/approve', { comment: 'x' }],
    [['redirect', 'end', 'rd1', '--comment', 'x'], '/v1/redirects/rd1/end', { comment: 'x' }],
    [['deliveries', 'retry', 'a/b'], '/v1/deliveries/a%2Fb/retry', {}],
    [['channels', 'test', 'pagerduty'], '/v1/channels/pagerduty/test', {}],
    [['channels', 'enable', 'webhook', '--comment', 'x'], '/v1/channels/webhook/enable', { comment: 'x' }],
    [['rollout', 'start', 'ro1', '--comment', 'x'], '/v1/rollouts/ro1/start', { comment: 'x' }],
    [['drill', 'now', '--comment', 'x'], '/v1/drills', { comment: 'x' }],
    [['alert', 'resolve', 'al1', '--comment', 'x'], '/v1/alerts/al1/resolve', { comment: 'x' }],
  ])('%j', (args, path, body) => {
    const { request, yes } = door(...args);
    expect({ ...request, yes }).toMatchObject({ method: 'post', path, body, yes: false });
    expect(request.confirm).toMatch(/./);
    expect(door(...args, '--yes').yes).toBe(true);
  });

  it.each([
    [['rollout', 'ls'], 'get', '/v1/rollouts'],
    [['rollout', 'show', 'a/b'], 'get', '/v1/rollouts/a%2Fb'],
    [['rollout', 'status', 'ro1', '-w'], 'get', '/v1/rollouts/ro1'],
    [['rollout', 'rollback', 'ro1', '--dry-run'], 'post', '/v1/rollouts/ro1/rollback/preview'],
    [['automation'], 'get', '/v1/automation'],
    [['breaker', '--json'], 'get', '/v1/breakers'],
    [['fallback'], 'get', '/v1/fallbacks'],
    [['release', 'ls'], 'get', '/v1/releases'],
    [['override', 'ls'], 'get', '/v1/overrides'],
    [['deliveries', 'ls'], 'get', '/v1/deliveries'],
    [
      ['deliveries', 'ls', '--status', 'gave_up', '--channel', 'webhook', '--incident', 'in 1'],
      'get',
      '/v1/deliveries?status=gave_up&channel=webhook&incidentId=in+1',
    ],
    [['deliveries', 'show', 'd1'], 'get', '/v1/deliveries/d1'],
    [['channels', 'ls'], 'get', '/v1/channels'],
    [['rollback', 'ls', '--status', 'running,stopped'], 'get', '/v1/rollbacks?status=running&status=stopped'],
    [['redirect', 'ls', '--incident', 'in1'], 'get', '/v1/redirects?incidentId=in1'],
    [['rollback', 'show', 'a/b'], 'get', '/v1/rollbacks/a%2Fb'],
    [['approvals'], 'get', '/v1/approvals'],
    [['pages', '--incident', 'in1'], 'get', '/v1/pages?incidentId=in1'],
    [['node-key', 'ls'], 'get', '/v1/node-keys'],
    [['node-key', 'revoke', 'n1.2', '--comment', 'x'], 'post', '/v1/node-keys/n1.2/revoke'],
    [['customers', 'ls', '--country', 'JP'], 'get', '/v1/customers?country=JP'],
    [['maintenance', 'ls'], 'get', '/v1/maintenance'],
    [['silence', 'ls'], 'get', '/v1/silences'],
    [['silence', 'expire', 's-1', '--comment', 'over'], 'delete', '/v1/silences/s-1?comment=over'],
    [['silence', 'preview', '--where', 'node=a', '--for', '1h', '--comment', 'x'], 'post', '/v1/silences/preview'],
  ])('%j does nothing, and asks nobody', (args, method, path) => {
    const { request } = door(...args);
    expect(request).toMatchObject({ method, path });
    expect(request.confirm).toBeUndefined();
  });

  it.each([
    [['rollout']],
    [['rollout', 'fly', 'ro1']],
    [['rollout', 'constructor']],
    [['rollout', 'halt', 'ro1']],
    [['rollout', 'halt', 'ro1', '--comment', ' ']],
    [['rollout', 'halt', '--comment', 'x']],
    [['rollout', 'halt', 'ro1', 'ro2', '--comment', 'x']],
    [['rollout', 'start', 'ro1', '--text', 'x']],
    [['channels', 'enable', 'webhook']],
    [['rollout', 'declare', 'ro1', '--service', 'dns', '--release', 'v2', '--previous', 'v1+c1']],
    [['rollout', 'declare', 'ro1', '--service', 'dns', '--release', 'v2+c2', '--previous', 'v1+c1', '--plan', '/none']],
    [['automation', 'off']],
    [['automation', 'sideways', '--comment', 'x']],
    [['release', 'attest', 'dns', 'v1+c1', '--since', '2021-07-22T10:00', '--count', '20']],
    [['release', 'attest', 'dns', 'v1+c1', '--since', '2021-07-22T10:00Z', '--count', '0']],
    [['override', 'request', 'rb1', '--rails', 'rate', '--eta', 'soon', '--comment', 'x']],
    [['breaker', 'close']],
    [['deliveries']],
    [['deliveries', 'constructor']],
    [['deliveries', 'show']],
    [['channels', 'test', 'a', 'b']],
    [['channels', 'ls', '--status', 'due']],
    [['gate']],
    [['gate', 'show']],
    [['gate', 'show', 'ro1', '--timeout', '1h']],
    [['gate', 'show', 'ro1', '--wait', '--timeout', 'x']],
  ])('%j is a usage error', (args) => {
    expect(() => readArguments(args)).toThrow(UsageError);
  });

  it.each([
    [
      ['silence', 'add', '--where', 'region=us-*,eu', '--where=pop=iad', '--for', '2h30m', '--comment', 'peering'],
      { where: { region: ['us-*', 'eu'], pop: ['iad'] }, durationMs: 9_000_000, comment: 'peering' },
    ],
    [
      ['silence', 'preview', '--where', 'node=a', '--for', '1d', '--comment', 'x', '--from', '2021-07-22T12:00+02:00'],
      { where: { node: ['a'] }, durationMs: 86_400_000, comment: 'x', startsAtMs: Date.UTC(2021, 6, 22, 10) },
    ],
    [['node-key', 'issue', 'n1', '--comment', 'x'], { nodeId: 'n1', comment: 'x' }],
  ])('%j sends what was said', (args, body) => {
    expect(door(...args).request.body).toEqual(body);
  });

  it('nothing is sent before somebody typed what it is about', async () => {
    const sent: string[] = [];
    const api = {
      get: () => Promise.reject(new Error('not asked')),
      post: (path: string) => {
        sent.push(path);
        return Promise.resolve({});
      },
    } as unknown as ApiClient;
    const asked = door('rollout', 'halt', 'ro1', '--comment', 'x');
    const typing = (text: string): Terminal => ({ isTerminal: true, ask: () => Promise.resolve(text) });
    const nobody: Terminal = { isTerminal: false, ask: () => Promise.reject(new Error('nobody is here')) };
    await expect(askDoor(api, asked, typing('ro2'))).rejects.toThrow(/not confirmed/);
    await expect(askDoor(api, asked, nobody)).rejects.toThrow(/--yes/);
    expect(sent).toEqual([]);
    await askDoor(api, asked, typing('ro1\n'));
    await askDoor(api, { ...asked, yes: true }, nobody);
    await askDoor(api, door('rollout', 'rollback', 'ro1', '--dry-run'), nobody);
    expect(sent).toEqual(['/v1/rollouts/ro1/halt', '/v1/rollouts/ro1/halt', '/v1/rollouts/ro1/rollback/preview']);
  });
});

describe('waiting', () => {
  const answer = (changes: object) => ({
    rolloutId: 'ro1',
    state: 'running',
    phase: 'baking',
    stage: 'canary',
    verdict: 'need_more_data',
    mayProceed: false,
    isFinal: false,
    waitsFor: 'evidence',
    because: 'too few outcomes',
    missing: [],
    tests: [],
    sharePercent: 1,
    cohort: null,
    control: null,
    ...changes,
  });
  const asked = {
    command: 'gate show',
    rolloutId: 'ro1',
    stage: undefined,
    wait: true,
    timeoutMs: 60_000,
    ...COMMON,
  } as const;

  const waitOver = async (answers: readonly unknown[], wait = true) => {
    const [told, paths]: [string[], string[]] = [[], []];
    let nowMs = 0;
    const api = {
      get: (path: string) => {
        const next = answers[Math.min(paths.length, answers.length - 1)];
        paths.push(path);
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
    } as unknown as ApiClient;
    const waiting = {
      nowMs: () => nowMs,
      tell: (text: string) => told.push(text),
      pause: () => {
        nowMs += 5_000;
        return Promise.resolve();
      },
    };
    const result = await waitForGate(api, { ...asked, wait }, waiting);
    return { result, told, asked: paths.length };
  };

  it('R36: goes on asking while a gate needs more data, tells each reason once, and ends with its word', async () => {
    const went = await waitOver([
      answer({}),
      answer({}),
      new Unreachable('away'),
      new Refused(503, 'not ready'),
      answer({ mayProceed: true }),
    ]);
    expect(went).toMatchObject({ result: { mayProceed: true }, asked: 5 });
    expect(went.told).toEqual(['canary: need_more_data: too few outcomes', 'away', 'not ready']);
    expect(await waitOver([answer({}), answer({ isFinal: true, verdict: 'roll_back' })])).toMatchObject({
      result: { verdict: 'roll_back' },
      asked: 2,
    });
  });

  it('ends when the time is over, and without --wait after one answer', async () => {
    expect(await waitOver([answer({})])).toMatchObject({ result: { mayProceed: false }, asked: 13 });
    expect(await waitOver([answer({})], false)).toMatchObject({ asked: 1 });
    await expect(waitOver([new Unreachable('away')])).rejects.toThrow('away');
  });

  it('a rollout is shown when it changes, until it is over', async () => {
    const rollout = (status: string) => ({
      rollout: {
        rolloutId: 'ro1',
        service: 'dns',
        release: { softwareVersion: 'v2', configRev: 'c2' },
        previous: { softwareVersion: 'v1', configRev: 'c1' },
        status,
        mode: 'advisory',
        origin: 'declared',
        stage: null,
        stages: [],
        plan: null,
        declaredBy: null,
        because: null,
        changedAt: 0,
        preflight: {},
        gateDecided: null,
        steps: [],
      },
    });
    const watchOver = async (answers: unknown[]) => {
      const [shown, away]: [unknown[], string[]] = [[], []];
      const get = async (): Promise<unknown> => {
        const next = answers.length > 1 ? answers.shift() : answers[0];
        if (next instanceof Error) throw next;
        return next;
      };
      const parts = { onChange: (each: unknown) => shown.push(each), onAway: (text: string) => away.push(text) };
      const end = await watchRollout({ get }, door('rollout', 'status', 'ro1', '-w'), {
        ...parts,
        pause: () => Promise.resolve(),
      }).catch((error: Error) => error.message);
      return { shown, away, end };
    };
    const away = [new Unreachable('away'), new Refused(503, 'not ready')];
    const answers = ['declared', 'declared', ...away, 'running', 'halted'];
    const shown = ['declared', 'running', 'halted'].map(rollout);
    expect(await watchOver(answers.map((each) => (typeof each === 'string' ? rollout(each) : each)))).toEqual({
      shown,
      away: ['away'],
      end: undefined,
    });
    // One that was never there is told at once, one that stays away in the end.
    expect(await watchOver(away)).toEqual({ shown: [], away: [], end: 'away' });
    expect(await watchOver([rollout('running'), new Unreachable('gone')])).toMatchObject({
      away: ['gone'],
      end: 'gone',
    });
  });
});
