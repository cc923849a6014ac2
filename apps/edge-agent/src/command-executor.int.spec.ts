import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandAnswer, nodeReportSchema, type SignedCommand } from '#contracts';
import { until } from '#testing';
import { systemClock } from './clock.js';
import { makeCommand, PUBLIC_PEM, signed } from './command-keys.fixture.js';

/** An agent that does nothing but obey: the real client, journal and children, in a process that can be killed. */
const AGENT = `
const [folder, url, section] = process.argv.slice(1);
const from = (name) => import(process.env.SOURCES + name);
const { commandsConfigSchema } = await from('command-config.js');
const { startExecutor } = await from('command-executor.js');
const { createGatewayClient } = await from('gateway-client.js');
const { systemClock } = await from('clock.js');
const client = createGatewayClient({ gateway: url, key: 'k1.secret', nodeKey: undefined });
const config = commandsConfigSchema.parse(JSON.parse(section));
const executor = await startExecutor(config, {
  nodeId: 'n1', agentBootId: '9', client, clock: systemClock, say: (line) => console.error(line),
});
process.once('SIGTERM', () => void executor.stop().then(() => client.close()));
`;

let folder: string;
let server: Server;
const commands: { generation: number; signed: SignedCommand }[] = [];
const answers: CommandAnswer[] = [];
const agents: ChildProcess[] = [];

const listen = async (): Promise<Server> => {
  const listening = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://gateway');
    if (request.method === 'GET') {
      const found = commands.filter(({ generation }) => generation > Number(url.searchParams.get('after')));
      const after = found.at(-1)?.generation ?? Number(url.searchParams.get('after'));
      response.end(JSON.stringify({ commands: found.map((each) => each.signed), after }));
      return;
    }
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const report = nodeReportSchema.parse(JSON.parse(body));
      if (report.type === 'answer') answers.push(report);
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
};
const startAgent = (script: string): ChildProcess => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const section = {
    public_key: PUBLIC_PEM,
    journal: join(folder, 'commands.journal'),
    dry_run: false,
    directory: folder,
    actions: { rollback: { program: ['sh', '-c', script, 'sh', '{software_version}'] } },
    read_back: ['cat', 'running'],
  };
  const env = { SOURCES: new URL('.', import.meta.url).href };
  const args = ['--input-type=module', '-e', AGENT, folder, url, JSON.stringify(section)];
  const agent = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'], env, cwd: process.cwd() });
  agents.push(agent);
  return agent;
};
const give = (generation: number): void => {
  commands.push({ generation, signed: signed(makeCommand(generation, systemClock.nowMs())) });
};
const lines = (name: string): string[] => {
  try {
    return readFileSync(join(folder, name), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};
const killed = async (agent: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  const gone = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill(signal);
  await gone;
};
const told = (commandId: string): string[] =>
  answers.filter((answer) => answer.commandId === commandId).map(({ status }) => status);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-executor-'));
  server = await listen();
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  for (const pid of lines('pids')) {
    try {
      process.kill(-Number(pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  rmSync(folder, { recursive: true });
  commands.length = 0;
  answers.length = 0;
});

/** Says that it started; what is longer than any test for c-7, and at once over for the others. */
const SCRIPT = `
echo "$TOCSIN_COMMAND_ID" >> starts
echo $$ >> pids
if [ "$TOCSIN_COMMAND_ID" = c-7 ]; then sleep 1000; fi
echo "$1 $TOCSIN_CONFIG_REV" > running
echo "deployed $1"`;

describe('an executor in a process of its own', () => {
  it('R58: obeys over HTTP: the program runs, and the answer has its output and the release as read back', async () => {
    startAgent(SCRIPT);
    give(8);
    await until('it is done', () => told('c-8').length === 3);
    expect(told('c-8')).toEqual(['accepted', 'running', 'done']);
    expect(answers.at(-1)).toMatchObject({
      softwareVersion: 'v2.1.4',
      configRev: 'c41',
      detail: 'the program ended with 0, v2.1.4+c41 runs\ndeployed v2.1.4',
    });
  });

  it('R58: that is killed while a program runs says after its restart that the effect is unknown, and obeys the next', async () => {
    const first = startAgent(SCRIPT);
    give(7);
    await until('the program runs', () => lines('starts').length === 1);
    await killed(first, 'SIGKILL');
    // A gateway that forgot everything gives the command again.
    startAgent(SCRIPT);
    await until('it is answered', () => told('c-7').includes('failed'));
    expect(answers.at(-1)?.detail).toBe('interrupted, its effect is unknown');
    give(8);
    await until('the next is done', () => told('c-8').includes('done'));
    expect(lines('starts')).toEqual(['c-7', 'c-8']);
  });

  it('lets its program end when it is asked to end, and answers before it does', async () => {
    const agent = startAgent(`${SCRIPT.replace('sleep 1000', 'until [ -e go ]; do sleep 0.02; done')}`);
    give(7);
    await until('the program runs', () => told('c-7').length === 2);
    const gone = killed(agent, 'SIGTERM');
    writeFileSync(join(folder, 'go'), '');
    await gone;
    expect(told('c-7')).toEqual(['accepted', 'running', 'done']);
  });

  it('says what its answer to a failed program says, and keeps nothing secret in its journal', async () => {
    const agent = startAgent('echo before; echo why >&2; exit 4');
    give(8);
    await until('it has failed', () => told('c-8').includes('failed'));
    expect(answers.at(-1)?.detail).toMatch(/^the program ended with 4\n(?:before\nwhy|why\nbefore)$/);
    expect(answers.at(-1)).not.toHaveProperty('softwareVersion');
    expect(readFileSync(join(folder, 'commands.journal'), 'utf8')).not.toContain('k1.secret');
    await killed(agent, 'SIGTERM');
  });
});
