import { createPaint } from './paint.js';
import { clockFinding, examine, formatFindings, nodeFinding } from './doctor.js';
import { Refused, Unreachable } from './api-client.js';

const NOW_MS = Date.UTC(2021, 6, 22, 12, 0, 0);
const connection = { url: new URL('http://tocsin.test'), key: 'k.s' };

const WELL: Readonly<Record<string, unknown>> = {
  '/v1/events/head': { position: 7 },
  '/v1/nodes?limit=1': { nodes: [{ nodeId: 'n1' }] },
  '/v1/fleet': { fleet: { success: 99.97 } },
  '/v1/rules': { rules: [{ name: 'a' }, { name: 'b' }], warnings: [], lastReload: { refused: null } },
  '/v1/channels': { channels: [{ name: 'pagerduty', disabledBecause: null, pending: 0 }] },
  '/v1/on-call': { plan: { version: 1 }, gaps: [] },
  '/v1/automation': { automation: { isOn: true } },
  '/v1/drills?limit=1': { drills: [{ status: 'passed', because: null }] },
};

const examined = (answers: Readonly<Record<string, unknown>>, ready: unknown = { status: 'ready', unready: {} }) =>
  examine({
    connection,
    nodeVersion: 'v20.20.2',
    nowMs: () => NOW_MS,
    api: {
      get: async (path) => {
        const answer = answers[path];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    ask: async (path) => ({ body: path === '/readyz' ? ready : {}, date: new Date(NOW_MS).toUTCString() }),
  });

const statesOf = async (answers: Readonly<Record<string, unknown>>, ready?: unknown) =>
  Object.fromEntries((await examined(answers, ready)).map(({ of, state }) => [of, state]));

describe('the doctor', () => {
  it('finds nothing where all is well', async () => {
    const found = await examined(WELL);
    expect(found.filter(({ state }) => state !== 'well')).toEqual([]);
    expect(formatFindings(found, createPaint(false, {})).at(0)).toBe('well  Node        v20.20.2');
  });

  it.each([
    ['/v1/nodes?limit=1', { nodes: [] }, 'nodes', 'bad'],
    ['/v1/fleet', { fleet: { success: null } }, 'telemetry', 'bad'],
    [
      '/v1/rules',
      {
        rules: [],
        warnings: [],
        lastReload: { refused: { at: NOW_MS, source: 'rules.yml', problems: ['rules.yml:3'] } },
      },
      'rules',
      'bad',
    ],
    ['/v1/rules', { rules: [], warnings: ['rule x fits nothing'], lastReload: { refused: null } }, 'rules', 'look'],
    ['/v1/channels', { channels: [] }, 'channels', 'bad'],
    ['/v1/channels', { channels: [{ name: 'w', disabledBecause: '410', pending: 3 }] }, 'channels', 'bad'],
    ['/v1/on-call', { plan: null, gaps: [] }, 'on call', 'look'],
    [
      '/v1/on-call',
      { plan: { version: 1 }, gaps: [{ schedule: 's', fromMs: NOW_MS, untilMs: NOW_MS + 1 }] },
      'on call',
      'bad',
    ],
    ['/v1/automation', { automation: { isOn: false } }, 'automation', 'look'],
    ['/v1/drills?limit=1', { drills: [] }, 'drill', 'look'],
    ['/v1/drills?limit=1', { drills: [{ status: 'failed', because: 'no answer' }] }, 'drill', 'bad'],
    ['/v1/channels', { unheard: 'of' }, 'channels', 'bad'],
  ])('%s answers %j: %s is %s, and everything else is well', async (path, answer, of, state) => {
    const states = await statesOf({ ...WELL, [path]: answer });
    expect(states[of]).toBe(state);
    expect(Object.values(states).filter((each) => each !== 'well')).toEqual([state]);
  });

  it('says why a part is not ready, and what is told of one that is', async () => {
    const ready = {
      status: 'not ready',
      unready: { 'event log': 'no answer in 2000 ms' },
      notices: { spool: '3 pages wait' },
    };
    const found = await examined(WELL, ready);
    expect(found.filter(({ state }) => state !== 'well').map(({ says }) => says)).toEqual([
      'event log: no answer in 2000 ms',
      'spool: 3 pages wait',
    ]);
  });

  it('asks nothing more with a key that is refused', async () => {
    const found = await examined({ '/v1/events/head': new Refused(401, '401 The API key is not known') });
    expect(found.at(-1)).toEqual({ of: 'key', state: 'bad', says: '401 The API key is not known' });
  });

  it('asks nothing of a server that does not answer', async () => {
    const away = () => Promise.reject(new Unreachable('Tocsin at http://tocsin.test does not answer'));
    const found = await examine({
      connection,
      nodeVersion: 'v20.20.2',
      nowMs: () => NOW_MS,
      api: { get: away },
      ask: away,
    });
    expect(found.map(({ of, state }) => [of, state])).toEqual([
      ['Node', 'well'],
      ['server', 'bad'],
    ]);
  });

  it.each([
    ['v20.19.0', 'well'],
    ['v22.1.0', 'well'],
    ['v20.18.3', 'bad'],
    ['v18.20.0', 'bad'],
  ])('Node %s is %s', (version, state) => expect(nodeFinding(version).state).toBe(state));

  it.each([
    [5_000, 'well'],
    [-5_000, 'well'],
    [6_000, 'bad'],
    [-6_000, 'bad'],
  ])('a clock that is %i ms off is %s', (offMs, state) => {
    expect(clockFinding(new Date(NOW_MS).toUTCString(), NOW_MS + offMs).state).toBe(state);
    expect(clockFinding(null, NOW_MS).state).toBe('look');
  });
});
