import fc from 'fast-check';
import { type Rule, ruleOf } from '#contracts';
import { type Answered, answering, PLAY_NODES, type PlayNode, RulePlay } from './rule-play.fixture.js';

const rule = (changes: Partial<Parameters<typeof ruleOf>[0]> = {}): Rule =>
  ruleOf({
    name: 'success',
    signal: 'success_rate',
    scopes: ['fleet'],
    comparison: 'below',
    threshold: 99,
    windowMs: 10_000,
    severity: 'warning',
    ...changes,
  });

const HEALTHY = answering(100, 0);
const FAILING = answering(100, 20);
/** Between the threshold of 99 % and a clear threshold of 99.5 %. */
const BETWEEN = answering(200, 1.5);
const SILENT = () => [];

describe('a rule with `for`', () => {
  const told = (failingS: number): RulePlay =>
    new RulePlay({ rules: [rule({ forMs: 15_000 })] }).play(20, HEALTHY).play(failingS, FAILING).play(30, HEALTHY);

  it('fires once its condition held without interruption, under the id of its pending', () => {
    const played = told(20);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertPending', 'AlertFired', 'AlertResolved']);
    const [pending, fired] = [played.all('AlertPending')[0], played.all('AlertFired')[0]];
    expect(fired?.alertId).toBe(pending?.alertId);
    expect((fired?.at ?? 0) - (pending?.at ?? 0)).toBe(15_000);
    expect(fired?.at).toBe(pending?.dueAtMs);
    expect(fired?.reason.text).toMatch(/success .* % < 99 % over 10s, for 15s$/);
  });

  it('says why it does not fire when the condition holds for less', () => {
    const played = told(2);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertPending', 'AlertPendingEnded']);
  });

  it('B4: what says nothing does not hold, and fires nothing', () => {
    const played = new RulePlay({ rules: [rule({ forMs: 15_000 })] })
      .play(20, HEALTHY)
      .play(3, FAILING)
      .play(30, SILENT);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertPending', 'AlertPendingEnded']);
  });
});

describe('an alert that keeps firing', () => {
  const rules = [rule({ keepFiringForMs: 20_000 })];

  it('recovers for as long as it says, then resolves', () => {
    const played = new RulePlay({ rules }).play(20, HEALTHY).play(5, FAILING).play(60, HEALTHY);
    const [, [recovering], [resolved]] = played.of('success') as [unknown, [number], [number]];
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertRecovering', 'AlertResolved']);
    expect(resolved - recovering).toBe(20);
  });

  it('is the same episode when it breaches again meanwhile', () => {
    const played = new RulePlay({ rules });
    played.play(20, HEALTHY).play(5, FAILING).play(25, HEALTHY).play(5, FAILING).play(60, HEALTHY);
    expect(played.all('AlertFired')).toHaveLength(1);
    expect(played.of('success').map(([, type]) => type)).toEqual([
      'AlertFired',
      'AlertRecovering',
      'AlertResumed',
      'AlertRecovering',
      'AlertResolved',
    ]);
  });

  it('B4: becomes unknown, not resolved, when telemetry stops while it recovers', () => {
    const played = new RulePlay({ rules }).play(20, HEALTHY).play(5, FAILING).play(25, HEALTHY).play(60, SILENT);
    expect(played.of('success').map(([, type]) => type)).toEqual([
      'AlertFired',
      'AlertRecovering',
      'AlertBecameUnknown',
    ]);
  });
});

describe('a separate clear condition', () => {
  it('is what ends an alert: between the two lines nothing changes', () => {
    const played = new RulePlay({ rules: [rule({ clearThreshold: 99.5 })] });
    played.play(20, HEALTHY).play(5, FAILING).play(40, BETWEEN);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired']);
    played.play(30, HEALTHY);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved']);
  });
});

describe('no data', () => {
  const after = (noData: Rule['noData']): RulePlay =>
    new RulePlay({ rules: [rule({ noData })] }).play(20, HEALTHY).play(5, FAILING).play(40, SILENT);

  it('B4: `unknown` is told apart, `ignore` leaves the alert as it is; neither resolves', () => {
    expect(
      after('unknown')
        .of('success')
        .map(([, type]) => type),
    ).toEqual(['AlertFired', 'AlertBecameUnknown']);
    expect(
      after('ignore')
        .of('success')
        .map(([, type]) => type),
    ).toEqual(['AlertFired']);
  });

  it('`fire`: a release that was taken from every node is not absent, and its alert ends', () => {
    const onRelease = (release: string, bad: number) => () =>
      PLAY_NODES.map((node) => ({ node: { ...node, release }, good: 100, bad }));
    const played = new RulePlay({ rules: [rule({ noData: 'fire', scopes: ['release'] })] })
      .play(20, onRelease('v2+c2', 0))
      .play(5, onRelease('v2+c2', 20))
      .play(90, onRelease('v1+c1', 0));
    const types = played.of('success').map(([, type]) => type);
    // Unknown until its former nodes are seen to be well elsewhere.
    expect(types).toEqual(['AlertFired', 'AlertBecameUnknown', 'AlertResolved']);
  });

  it('`fire`: a window of log time without an outcome fires, and not before it is over', () => {
    const played = new RulePlay({ rules: [rule({ noData: 'fire' })] }).play(20, HEALTHY).play(30, SILENT);
    const [[afterS, type] = []] = played.of('success');
    expect([type, afterS]).toEqual(['AlertFired', 30]);
    expect(played.all('AlertFired').find(({ rule: name }) => name === 'success')?.reason.text).toBe(
      'no outcomes over 10s',
    );
  });
});

describe('absence of a release that was rolled back', () => {
  const CANARY: PlayNode = { nodeId: 'europe-n3', pop: 'europe-p1', region: 'europe', release: 'v2+c1' };
  const answers = (node: PlayNode, bad: number) => (): readonly Answered[] =>
    [...PLAY_NODES, node].map((each) => ({
      node: each,
      good: 100 - (each === node ? bad : 0),
      bad: each === node ? bad : 0,
    }));

  it('`fire`: the alert ends by the health of its former nodes', () => {
    const rules = [rule({ noData: 'fire', scopes: ['release_region'] })];
    const played = new RulePlay({ rules, nodes: [...PLAY_NODES, CANARY] }).play(20, answers(CANARY, 20));
    played.play(60, answers({ ...CANARY, release: 'v1+c1' }, 0));
    expect(played.all('AlertFired')).toHaveLength(1);
    expect(played.all('AlertResolved').map(({ reason }) => reason?.text)).toEqual([
      expect.stringMatching(/^v2\+c1 left europe: 1 of 1 former nodes/),
    ]);
  });
});

describe('an alert that fires again and again', () => {
  /** A fault of 5 s each 30 s. */
  const flap = (played: RulePlay, times: number): RulePlay => {
    for (let time = 0; time < times; time += 1) played.play(5, FAILING).play(25, HEALTHY);
    return played;
  };

  it('flaps from the third time within half an hour on, says so, and stays one episode until it is calm for 10 min', () => {
    const played = flap(new RulePlay({ rules: [rule()] }).play(20, HEALTHY), 6);
    expect(played.all('AlertFired').map(({ flapping }) => flapping)).toEqual([undefined, undefined, 3]);
    played.kill();
    played.play(640, HEALTHY);
    const last = played.of('success').slice(-2);
    expect(last.map(([, type]) => type)).toEqual(['AlertRecovering', 'AlertResolved']);
    expect(last[1]![0] - last[0]![0]).toBe(600);
  });
});

const RULES: readonly Rule[] = [
  rule({ name: 'plain' }),
  rule({ name: 'held', forMs: 8_000, keepFiringForMs: 12_000, clearThreshold: 99.5, severity: 'critical' }),
  rule({ name: 'absent', noData: 'fire', forMs: 3_000, scopes: ['fleet', 'region'] }),
  rule({ name: 'cohort', noData: 'ignore', keepFiringForMs: 5_000, scopes: ['release_region'] }),
];
const KINDS = { HEALTHY, FAILING, BETWEEN, SILENT };
const segment = fc.record({
  kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  seconds: fc.integer({ min: 2, max: 25 }),
});

describe('timers of alerts', () => {
  it('B2: killed on any ticks, what is recorded is the same byte for byte', () => {
    const tell = (segments: readonly { kind: keyof typeof KINDS; seconds: number }[], kills: ReadonlySet<number>) => {
      const played = new RulePlay({ rules: RULES });
      played.beforeTick = (afterTicks) => kills.has(afterTicks) && played.kill();
      for (const { kind, seconds } of segments) played.play(seconds, KINDS[kind]);
      return JSON.stringify(played.told);
    };
    const killed = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 3, maxLength: 8 });
    const property = fc.property(fc.array(segment, { minLength: 5, maxLength: 8 }), killed, (segments, kills) => {
      const all = [{ kind: 'HEALTHY' as const, seconds: 15 }, ...segments];
      expect(tell(all, new Set(kills))).toBe(tell(all, new Set()));
    });
    fc.assert(property, { numRuns: 6 });
  });
});
