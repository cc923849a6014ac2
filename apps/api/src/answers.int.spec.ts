import { isPermitted, type Permission, PRINCIPAL_ROLES, grantsOf } from '#contracts';
import { rebuildProjections } from '#store';
import { serveRoles } from '#testing';
import { LAST_SLOT, NOW_MS, segmentOf, type ServedApi, serveApi, tellStory, writeSegments } from './api.fixture.js';
import { api } from './api.role.js';
import { LATER_DECISIONS } from './explain.fixture.js';

/** Ids of the story, by the name of the path's first part. */
const IDS: Readonly<Record<string, string>> = {
  alerts: 'al1',
  commands: 'co1',
  customers: 'delta',
  incidents: 'in1',
  nodes: 'n1',
  overrides: 'ov1',
  rollbacks: 'rb1',
  rollouts: 'ro1',
};
/** Paths of which the rule above says nothing, with what they ask for. */
const PATHS: Readonly<Record<string, string>> = {
  '/v1/audit/{position}': '/v1/audit/1',
  '/v1/channels/{name}': '/v1/channels/pagerduty',
  '/v1/explain/{kind}/{id}': '/v1/explain/alert/al1',
  '/v1/impact/customers': `/v1/impact/customers?since=${NOW_MS - 60_000}`,
  '/v1/windows': '/v1/windows?family=fleet',
};
/** Of what this story has none. */
const NONE: readonly string[] = [
  '/v1/audit/verifications/no-audit',
  '/v1/backtests/no-backtests',
  '/v1/deliveries/no-deliveries',
  '/v1/drills/no-drills',
  '/v1/keys/no-keys',
  '/v1/on-call/plan',
  '/v1/on-call/schedules/no-on-call',
  '/v1/redirects/no-redirects',
  '/v1/releases/no-releases/1',
  '/v1/rules',
  '/v1/silences/no-silences',
];
/** What no story of events can say: it is of this process, of the moment, or waits. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '/healthz': 'of the process',
  '/readyz': 'of the process',
  '/metrics': 'of the process',
  '/docs': 'a page, and no answer',
  '/v1/stream': 'does not end',
  '/act/{token}': 'a page for who holds a link',
  '/api/v2/status': 'since when the process lives',
};

interface Told {
  readonly status: number;
  readonly text: string;
}
interface Operation {
  readonly 'x-permission': Permission;
}
type Paths = Readonly<Record<string, { readonly get?: Operation }>>;

describe('every route that tells', () => {
  let served: ServedApi;
  let routes: readonly (readonly [path: string, needs: Permission])[];
  const keys = new Map<string, string>();
  beforeAll(async () => {
    served = await serveApi();
    await tellStory(served);
    for (const [stream, told] of LATER_DECISIONS)
      await served.parts.eventStore.append([{ stream, expectedVersion: 0, events: [told] }], {
        actor: 'rules',
        cause: 't',
      });
    await writeSegments(served, [segmentOf('fleet', LAST_SLOT, { fleet: { good: 90, bad: 10 } })]);
    for (const role of PRINCIPAL_ROLES) keys.set(role, await served.as(role));
    const { body } = await served.send('GET', '/openapi.json', keys.get('admin'));
    const { paths } = body as unknown as { paths: Paths };
    routes = Object.entries(paths).flatMap(([path, { get }]) =>
      get === undefined || Object.hasOwn(LEFT_OUT, path) ? [] : [[pathOf(path), get['x-permission']] as const],
    );
  });
  afterAll(() => served.end());

  const pathOf = (path: string): string => {
    const [, , resource = ''] = path.split('/');
    return PATHS[path] ?? path.replace(/\{\w+\}/, IDS[resource] ?? `no-${resource}`).replaceAll(/\{\w+\}/g, '1');
  };
  const ask = async (url: string, authorization = ''): Promise<Told> => {
    const response = await fetch(url, { headers: { authorization } });
    // The id of the request is another each time.
    return { status: response.status, text: (await response.text()).replace(/,"traceId":"[^"]*"/, '') };
  };
  const told = async (role: string, url = served.url): Promise<ReadonlyMap<string, Told>> => {
    const answers = new Map<string, Told>();
    for (const [path] of routes) answers.set(path, await ask(`${url}${path}`, keys.get(role)));
    return answers;
  };

  it('tells the same to every role that may ask, and nothing to the others', async () => {
    const admin = await told('admin');
    const isTold = ([, { status }]: readonly [string, Told]): boolean => status === 200;
    expect(
      [...admin]
        .filter((each) => !isTold(each))
        .map(([path]) => path)
        .toSorted(),
    ).toEqual(NONE);
    expect([...admin].filter(isTold).length).toBeGreaterThan(45);
    for (const role of PRINCIPAL_ROLES) {
      const own = await told(role);
      for (const [path, needs] of routes) {
        // Who may not ask is told no more than that.
        const seen = isPermitted({ permissions: grantsOf(role) }, needs) ? admin.get(path) : { status: 403 };
        expect([role, path, own.get(path)]).toMatchObject([role, path, seen ?? {}]);
      }
    }
  });

  it('tells what the events say: the same when every read table is made of them again', async () => {
    const before = await told('admin');
    await rebuildProjections(served.db.database);
    // By one that has kept no answer: no event came, and the first would not read again what it made before.
    const other = await serveRoles([api], served.db, { clock: served.clock });
    const after = await told('admin', other.url);
    await other.close();
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(before));
  });
});
