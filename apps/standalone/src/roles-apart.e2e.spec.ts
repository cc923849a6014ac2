import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type RoleName, SERVER_ROLES, systemClock } from '#runtime';
import { databaseUrlOf, describeKafka, openTestDatabase, type TestDatabase, testKafkaUrl, until } from '#testing';
import { ask, type RoleProcess, sendOutcomes, startPager, startProcess, untilReady } from './role-processes.fixture.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const NODES = ['n1', 'n2', 'n3'];
const BATCH = 200;
/** What an alert is about: one at a time. */
interface FiredAlert {
  readonly rule: string;
  readonly scope: string;
  readonly key: string;
}
/** pino's number. */
const FATAL = 60;

describeKafka('a process per role', () => {
  let test: TestDatabase;
  let pager: Awaited<ReturnType<typeof startPager>>;
  let environment: Readonly<Record<string, string>>;
  const running: RoleProcess[] = [];
  const first = new Map<RoleName, RoleProcess>();
  const of = (role: RoleName): RoleProcess => first.get(role) as RoleProcess;
  const keys = new Map<string, string>();
  const sent = new Map(NODES.map((nodeId) => [nodeId, 0]));
  beforeAll(async () => {
    [test, pager] = await Promise.all([openTestDatabase(), startPager()]);
    environment = {
      DATABASE_URL: databaseUrlOf(test.connection),
      EVENT_LOG_URL: testKafkaUrl(),
      EVENT_LOG_PREFIX: `${randomBytes(6).toString('hex')}.`,
      ADMIN_KEY,
      NODE_KEY_SECRET: 'n'.repeat(43),
      COMMAND_PRIVATE_KEY: generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
      PAGERDUTY_URL: pager.url,
    };
  });
  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop()));
    await pager.close();
    await test.close();
  });

  const startRole = async (main: RoleName | 'standalone'): Promise<RoleProcess> => {
    const one = await startProcess(main, environment);
    running.push(one);
    return one;
  };
  const register = async (api: RoleProcess): Promise<void> => {
    const nodes = NODES.map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
    expect((await ask(api, '/v1/nodes', ADMIN_KEY, { nodes })).status).toBeLessThan(300);
    for (const nodeId of NODES) {
      const made = await ask(api, '/v1/keys', ADMIN_KEY, {
        name: `agent of ${nodeId}`,
        role: 'node',
        nodeId,
        comment: 'test',
      });
      keys.set(nodeId, String(made.body['key']));
    }
  };
  /** One batch of each node, of which so many answers fail. */
  const send = async (gateway: RoleProcess, failed: number): Promise<void> => {
    for (const nodeId of NODES) {
      const seq = (sent.get(nodeId) ?? 0) + 1;
      const batch = { nodeId, seq, size: BATCH, failed, nowMs: systemClock.nowMs() };
      const answer = await sendOutcomes(gateway, keys.get(nodeId) ?? '', batch);
      expect(answer).toMatchObject({ status: 202, body: { seq, outcomes: BATCH } });
      sent.set(nodeId, seq);
    }
  };
  /** Of each node exactly what was sent: not one outcome less, and none twice. */
  const isAllCounted = async (): Promise<boolean> => {
    const { nodes } = (await ask(of('api'), '/v1/nodes', ADMIN_KEY)).body as { nodes: readonly { counted: number }[] };
    return nodes.map(({ counted }) => counted).join() === NODES.map((id) => (sent.get(id) ?? 0) * BATCH).join();
  };

  /** The newest tick that any rules process decided. */
  const decidedTick = async (): Promise<number> => {
    const query = `select max(next_offset) as tick from ingest_position where consumer = 'rules'`;
    return (await test.database.query<{ tick: number }>(query))[0]?.tick ?? 0;
  };

  it('B22, R1: all start at once, count each outcome of each node once, and page through Kafka', async () => {
    await Promise.all(SERVER_ROLES.map(async (role) => first.set(role, await startRole(role))));
    await Promise.all(running.map(untilReady));
    await register(of('api'));
    const isPaged = async (): Promise<boolean> => {
      await send(of('gateway'), BATCH / 2);
      return pager.events.length > 0;
    };
    await until('the page is out', isPaged, 60_000);
    await until('everything is counted', isAllCounted);
    const { alerts } = (await ask(of('api'), '/v1/alerts', ADMIN_KEY)).body as { alerts: readonly unknown[] };
    expect(alerts.length).toBeGreaterThan(0);
  }, 180_000);

  it('R59: what a prober sees goes through its own topic of Kafka into its own family', async () => {
    const made = await ask(of('api'), '/v1/keys', ADMIN_KEY, { name: 'prober', role: 'prober', comment: 'test' });
    const probes = { nodeId: 'n1', seq: 1, size: 5, failed: 1, nowMs: systemClock.nowMs(), observerId: 'p1' };
    const answer = await sendOutcomes(of('gateway'), String(made.body['key']), probes);
    expect(answer).toMatchObject({ status: 202, body: { nodeId: 'n1', outcomes: 5 } });
    const sumOf = async (): Promise<readonly number[]> => {
      const { body } = await ask(of('api'), '/v1/windows?family=probe', ADMIN_KEY);
      const windows = body['windows'] as readonly { readonly good: number; readonly bad: number }[];
      return windows.reduce<readonly number[]>(
        ([good = 0, bad = 0], each) => [good + each.good, bad + each.bad],
        [0, 0],
      );
    };
    await until('the probes are counted', async () => (await sumOf()).join() === '4,1');
    expect(await isAllCounted()).toBe(true);
  });

  it('B22: more of each role, one of which is killed, and a whole server beside them: still one page', async () => {
    const more = await Promise.all((['aggregator', 'rules', 'dispatcher', 'standalone'] as const).map(startRole));
    const standalone = more[3] as RoleProcess;
    for (let round = 0; round < 20; round++) await send(round % 2 === 0 ? of('gateway') : standalone, BATCH / 2);
    await Promise.all([of('aggregator').kill(), of('rules').kill()]);
    const killedAt = await decidedTick();
    for (let round = 0; round < 20; round++) await send(round % 2 === 0 ? of('gateway') : standalone, BATCH / 2);
    await until('everything is counted', isAllCounted, 60_000);
    await until('the rules that are left decide', async () => (await decidedTick()) > killedAt, 60_000);
    const { alerts } = (await ask(of('api'), '/v1/alerts', ADMIN_KEY)).body as { alerts: readonly FiredAlert[] };
    const subjects = alerts.map(({ rule, scope, key }) => `${rule} ${scope} ${key}`);
    expect(subjects.toSorted()).toEqual([...new Set(subjects)].toSorted());
    expect((await ask(of('api'), '/v1/incidents', ADMIN_KEY)).body['incidents']).toHaveLength(1);
    const triggers = pager.events.filter(({ event_action }) => event_action === 'trigger');
    expect(new Set(triggers.map(({ dedup_key }) => dedup_key)).size).toBe(1);
    const fatal = running.flatMap(({ lines }) => lines().filter(({ level }) => Number(level) >= FATAL));
    expect(fatal).toEqual([]);
  }, 180_000);

  it('B17: a drill goes the way of a fault through Kafka, and is told once by two dispatchers', async () => {
    const asked = await ask(of('api'), '/v1/drills', ADMIN_KEY, {});
    expect(asked).toMatchObject({ status: 201 });
    const { drillId } = asked.body['drill'] as { readonly drillId: string };
    const shown = async (): Promise<string | undefined> => {
      const { body } = await ask(of('api'), '/v1/drills', ADMIN_KEY);
      const drills = body['drills'] as readonly { readonly drillId: string; readonly status: string }[];
      return drills.find((drill) => drill.drillId === drillId)?.status;
    };
    const ended = await until(
      'the drill has ended',
      async () => {
        const status = await shown();
        return status === 'passed' || status === 'failed' ? status : false;
      },
      90_000,
    );
    expect(ended).toBe('passed');
    const told = () => pager.events.filter(({ dedup_key: key }) => key === `drill-${drillId}`);
    await until('its end is told', () => told().length > 1);
    expect(told().map(({ event_action: action }) => action)).toEqual(['trigger', 'resolve']);
  }, 150_000);
});
