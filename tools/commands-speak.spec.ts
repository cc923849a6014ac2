import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_PLAN } from '#contracts';
import { type Entrance, routesWith } from '#runtime';
import { api } from '../apps/api/src/api.role.js';
import { readArguments } from '../apps/cli/src/arguments.js';
import { COMMANDS } from '../apps/cli/src/commands.js';
import { run } from '../apps/cli/src/run.js';
import type { Surroundings } from '../apps/cli/src/surroundings.js';
import type { CommandUsage } from '../apps/cli/src/usage.js';
import { gateway } from '../apps/gateway/src/gateway.role.js';
import { sampleOf } from './sample-of.js';

/** Commands that ask no server. Whatever is new and does not stand here must send something. */
const ALONE = [
  'up',
  'demo',
  'completion',
  'dnstap',
  'on-call check',
  'check',
  'test',
  'replay',
  'backtest',
  'sweep',
  'gate simulate',
];
const ASKING = COMMANDS.filter(({ name }) => !ALONE.includes(name));

const routes = routesWith([api.module({}), gateway.module({})]);

/** A word of the path before a part of it: `/v1/audit/verifications` is not the act at a position. */
const partsNamed = ({ name }: Entrance): number => name.split('/:').length;

const routeOf = (method: string, path: string): Entrance => {
  const fits = ({ name }: Entrance): boolean =>
    new RegExp(`^${name.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`).test(`${method} ${path}`);
  const [route] = routes.filter(fits).toSorted((a, b) => partsNamed(a) - partsNamed(b));
  if (route === undefined) throw new Error(`there is no ${method} ${path}`);
  return route;
};

const fieldsOf = (schema: z.ZodType): readonly string[] | undefined => {
  const { shape, innerType } = schema.def as { shape?: object; innerType?: z.ZodType };
  return innerType === undefined ? shape && Object.keys(shape) : fieldsOf(innerType);
};

/** What is wrong with something that was sent: its mistakes, and what its route would pass over without a word. */
const faultsOf = (what: string, schema: z.ZodType, sent: unknown): readonly string[] => {
  const { error } = schema.safeParse(sent);
  const known = fieldsOf(schema);
  const passedOver = Object.keys(sent ?? {}).filter((name) => known?.includes(name) === false);
  return [
    ...(error?.issues ?? []).map(({ path, message }) => `${what} ${path.join('/')}: ${message}`),
    ...passedOver.map((name) => `${what} ${name}: no route reads it`),
  ];
};

const queryOf = (url: URL): Readonly<Record<string, string | readonly string[]>> => {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const all = url.searchParams.getAll(name);
      return [name, all.length === 1 ? (all[0] ?? '') : all];
    }),
  );
};

const requestFaults = (route: Entrance, url: URL, headers: Headers, body: string | undefined): readonly string[] => {
  const { needs, speaks } = route;
  const { query, body: content } = speaks ?? {};
  const asked = queryOf(url);
  const faults = [
    ...(query === undefined ? Object.keys(asked).map((name) => `query ${name}: no route reads it`) : []),
    ...(query === undefined ? [] : faultsOf('query', query, asked)),
    ...(needs !== 'public' && headers.get('authorization') !== 'Bearer ab1.secret' ? ['authorization is missing'] : []),
    ...(body !== undefined && headers.get('content-type') !== 'application/json' ? ['content-type is not JSON'] : []),
    ...(body === undefined && headers.has('content-type') ? ['content-type without a body'] : []),
  ];
  if (content === undefined)
    return body === undefined || body === '{}' ? faults : [...faults, 'body: no route reads it'];
  if ('media' in content) return [...faults, 'body: the route takes no JSON'];
  return [...faults, ...faultsOf('body', content, body === undefined ? undefined : JSON.parse(body))];
};

const EVENT = {
  position: 7,
  stream: 'incident-in1',
  recordedAtMs: 1,
  event: { type: 'X', data: {} },
  metadata: { actor: 'a' },
};
const END = { status: 400, title: 'over', detail: 'it is' };
/** One event, and an end for good: a stream without an end would be followed for ever. */
const STREAM = `id: 7\ndata: ${JSON.stringify(EVENT)}\n\nevent: end\ndata: ${JSON.stringify(END)}\n\n`;

/** Rules as they are, every field of them there. */
const RULES = (
  JSON.parse(readFileSync('libs/contracts/src/fixtures/events/RulesLoaded.2.json', 'utf8')) as { ruleSet: object }
).ruleSet;

interface Mended {
  readonly verification?: { status: string };
  readonly command?: { readonly command: Record<string, unknown> };
  readonly commands?: readonly { readonly command: Record<string, unknown> }[];
  readonly rollout?: object;
  readonly rollouts?: readonly object[];
  readonly gates?: readonly object[];
}

/** A verification that is running would be asked about again and again; a command is of one thing; plans and rules are bound in many ways. */
const mend = (made: unknown): void => {
  const { verification, command, commands = [], rollout, rollouts = [], gates = [] } = made as Mended;
  for (const each of gates) Object.assign(each, { judgedBy: null });
  if ('lastReload' in (made as object) && 'rules' in (made as object)) Object.assign(made as object, RULES);
  if (verification !== undefined) verification.status = 'whole';
  for (const each of command === undefined ? commands : [command])
    for (const other of ['redirectId', 'rolloutId', 'fallbackId']) delete each.command[other];
  for (const each of rollout === undefined ? rollouts : [rollout])
    Object.assign(each, { plan: DEFAULT_PLAN, gateMeasured: null });
};

const answerOf = ({ speaks }: Entrance): Response => {
  const answer = speaks?.answer;
  if (answer === undefined || answer === 'nothing' || 'media' in answer) return new Response(STREAM);
  const sample = sampleOf(answer, mend) as Record<string, unknown>;
  // The cursor of a list that goes on would be followed to the end of the world.
  return Response.json('next' in sample ? { ...sample, next: null } : sample, {
    headers: { date: new Date(0).toUTCString() },
  });
};

describe('what each command sends', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tocsin-commands-'));
    writeFileSync(join(directory, 'customers.csv'), 'customerId,name,tier,zones\nacme,Acme,tier1,acme.test\n');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const ranWith = async (args: readonly string[]) => {
    const [faults, lines, said]: [string[], string[], string[]] = [[], [], []];
    let asked = 0;
    const send = async (url: URL, init: RequestInit = {}): Promise<Response> => {
      const route = routeOf(init.method ?? 'GET', url.pathname);
      const body = init.body as string | undefined;
      asked += 1;
      faults.push(
        ...requestFaults(route, url, new Headers(init.headers), body).map((fault) => `${route.name}: ${fault}`),
      );
      if (asked > 50) throw new Error('it asks for ever');
      return answerOf(route);
    };
    let nowMs = Date.UTC(2026, 1, 2);
    const surroundings: Surroundings = {
      environment: { TOCSIN_KEY: 'ab1.secret', TOCSIN_URL: 'http://tocsin.test' },
      directory,
      isTerminal: false,
      print: (line) => void lines.push(line),
      screen: { write: (text) => said.push(text) },
      terminal: { isTerminal: true, ask: async (question) => /Type (.*) to/.exec(question)?.[1] ?? '' },
      nowMs: () => nowMs,
      pause: async (ms) => void (nowMs += ms),
      send: send as typeof fetch,
    };
    const there = args.map((word) => (/^customers\.(?:csv|yml)$/.test(word) ? join(directory, word) : word));
    const exit = await run(there, surroundings);
    return { faults, lines, said: said.join(''), asked, exit };
  };

  const wordsOf = ({ example }: CommandUsage): readonly string[] => example.split(' ');
  const named = ASKING.map((usage) => [usage.example, usage] as const);

  it.each(named)('%s: is what its routes take, and shows what they answer', async (_example, usage) => {
    const { faults, asked, exit, said, lines } = await ranWith(wordsOf(usage));
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(0);
    // A tail goes on until its server says that it is over.
    const [wrong, exits] = usage.name === 'tail' ? [/^tocsin: the stream ended: over: it is$/m, [2]] : [/^$/, [0, 1]];
    expect(/^tocsin: .*/ms.exec(said)?.[0] ?? '').toMatch(wrong);
    expect(exits).toContain(exit);
    expect(lines.length).toBeGreaterThan(0);
  });

  it.each(named)('%s --json: every line is JSON, and nothing else', async (_example, usage) => {
    const words = wordsOf(usage).filter((word) => word !== '--json');
    const { lines } = await ranWith([...words, '--json']);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('a list asks for no more than its route answers with, and its table says that it is one', async () => {
    const lists = ASKING.filter((usage) => 'request' in readArguments(wordsOf(usage)) && usage.isList === true);
    expect(lists.length).toBeGreaterThan(15);
    for (const usage of lists)
      for (const more of [['--all'], ['--limit', '10000'], ['--after', 'cursor']])
        expect({ [usage.name]: (await ranWith([...wordsOf(usage), ...more])).faults }).toEqual({ [usage.name]: [] });
    const silent = ASKING.filter((usage) => {
      const asked = readArguments(wordsOf(usage));
      return asked.command === 'door' && (asked.request.list !== undefined) !== (usage.isList === true);
    });
    expect(silent).toEqual([]);
  });

  it('a dry run asks for a preview, and does nothing beside', async () => {
    const dry = ASKING.filter(({ name, takes }) => takes.includes('--dry-run') && name !== 'customers import');
    expect(dry.length).toBeGreaterThan(4);
    for (const usage of dry) {
      const asked = readArguments([...wordsOf(usage), '--dry-run']);
      expect(asked.command === 'door' && asked.request.path).toMatch(/\/preview$/);
      const { faults, lines, exit } = await ranWith([...wordsOf(usage), '--dry-run']);
      expect({ [usage.name]: faults, exit }).toEqual({ [usage.name]: [], exit: 0 });
      expect(lines.length).toBeGreaterThan(0);
    }
  });

  it('finds what a route would refuse or pass over', () => {
    const url = new URL('http://tocsin.test/v1/alerts?limit=1000&colour=red');
    const faults = requestFaults(routeOf('GET', '/v1/alerts'), url, new Headers(), undefined);
    expect(faults).toEqual([
      expect.stringContaining('query limit: Too big'),
      'query colour: no route reads it',
      'authorization is missing',
    ]);
    expect(() => routeOf('GET', '/v1/nothing')).toThrow('there is no GET /v1/nothing');
  });

  it('what asks nobody is named once, and is a command', () => {
    expect(ALONE.filter((name) => !COMMANDS.some((each) => each.name === name))).toEqual([]);
  });
});
