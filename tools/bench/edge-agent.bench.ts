import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTENT_TYPE, decoderFor, isRefusal } from '#contracts';
import { encodeControl } from '#domain';
import type { Bench, BenchOptions } from './bench.js';
import { processCpuSeconds } from './cpu-time.js';
import { secondsAt, secondsOf, shift } from './recording-shift.js';

const RECORDING = join(process.cwd(), 'libs/domain/src/dnstap/fixtures/knot-400.fstrm');
const MAIN = join(process.cwd(), 'dist/apps/edge-agent/src/main.js');
const UNIT = join(process.cwd(), 'apps/edge-agent/deploy/tocsin-edge-agent.service');
const ZONES = 'skyways-air.test,northbank.test,playforge.test,worldnews.test,broken.test';
/** What the agent must take on one core, queries and responses. */
const MESSAGES_PER_SECOND = 50_000;
/** What it may take of memory meanwhile. */
const RSS_BYTES_MAX = 80_000_000;
/** Shorter runs do not fill the heap. */
const SECONDS_MIN = 20;
/** A server hands over what it gathered in about this time. */
const TICK_MS = 20;
/** What a server keeps for a receiver that is slow; beyond, it throws messages away. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;
/** The packaged agent runs with these: its heap is bounded by the unit, not by the machine. */
const nodeOptions = (): string[] => {
  const { options = '' } = /^ExecStart=\S+ (?<options>(?:--max\S+ )+)/m.exec(readFileSync(UNIT, 'utf8'))?.groups ?? {};
  return options.trim().split(' ');
};
const unitEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(UNIT, 'utf8').matchAll(/^Environment=(\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

const configFile = (folder: string, tap: string, url: string): string => `
node: { id: bench-1, pop: fra-1, region: europe }
gateway: { url: '${url}', key_file: ${join(folder, 'key')} }
tap: { listen: 'unix:${tap}' }
release: { software_version: { from: tap }, config_rev: r1 }
zones: [${ZONES}]
spool: { directory: ${join(folder, 'spool')} }
`;

/** A gateway that accepts everything and counts it. */
const startGateway = async () => {
  const counted = { outcomes: 0, batches: 0 };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.url === '/v1/telemetry/outcomes') {
        const batch = decoderFor(CONTENT_TYPE.protobuf)?.decode(Buffer.concat(pieces));
        if (batch !== undefined && !isRefusal(batch)) counted.outcomes += batch.n;
        counted.batches += 1;
      }
      response.statusCode = request.method === 'GET' ? 404 : 202;
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { counted, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

/** A recording as a server would send it now: between START and STOP, its times moved to this second. */
class Sender {
  sent = 0;
  thrownAway = 0;
  private readonly frames: Buffer;
  private readonly places: readonly number[];

  constructor(private readonly socket: Socket) {
    const recording = readFileSync(RECORDING);
    const from = encodeControl('start').length;
    const places = secondsOf(recording);
    this.frames = recording.subarray(from, recording.length - encodeControl('stop').length);
    this.places = places.map((at) => at - from);
  }

  /** Sends at the rate for a time; what the receiver does not take in time is thrown away, as servers do. */
  async send(seconds: number): Promise<void> {
    this.socket.write(encodeControl('start'));
    const started = performance.now();
    const all = seconds * MESSAGES_PER_SECOND;
    while (this.sent + this.thrownAway < all) {
      const due = Math.min(all, ((performance.now() - started) / 1_000) * MESSAGES_PER_SECOND);
      this.moveTo(Math.floor(performance.timeOrigin + performance.now()) / 1_000);
      while (this.sent + this.thrownAway + 400 <= due) this.play();
      if (all - this.sent - this.thrownAway < 400) break;
      await sleep(TICK_MS);
    }
    this.socket.end(encodeControl('stop'));
  }

  private play(): void {
    if (this.socket.writableLength > BACKLOG_BYTES_MAX) {
      this.thrownAway += 400;
      return;
    }
    this.socket.write(Buffer.from(this.frames));
    this.sent += 400;
  }

  private moveTo(second: number): void {
    const by = Math.floor(second) - secondsAt(this.frames, this.places[0] ?? 0);
    if (by > 0) for (const at of this.places) shift(this.frames, at, by);
  }
}

const statusKib = (pid: number, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);

const measure = async (seconds: number, folder: string) => {
  const { counted, server, url } = await startGateway();
  const tap = join(folder, 'tap.sock');
  const config = join(folder, 'edge-agent.yml');
  writeFileSync(join(folder, 'key'), 'bench.key');
  writeFileSync(config, configFile(folder, tap, url));
  const env = { PATH: process.env['PATH'], ...unitEnvironment() };
  const words = [...nodeOptions(), MAIN, '--config', config];
  const agent = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = agent;
  if (pid === undefined) throw new Error('bench: the agent did not start');
  let output = '';
  agent.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  const exited = once(agent, 'exit');
  while (!existsSync(tap)) await sleep(10);
  const sender = new Sender(connect(tap));
  await sender.send(seconds);
  await sleep(1_000);
  const rssBytes = statusKib(pid, 'VmHWM') * 1_024;
  const cpuSeconds = processCpuSeconds(pid);
  agent.kill('SIGTERM');
  await exited;
  server.close();
  const summary = JSON.parse(output) as { readonly frames: number };
  return { sender, counted, rssBytes, cpuSeconds, frames: summary.frames };
};

const run = async ({ seconds }: BenchOptions) => {
  if (!existsSync('/proc/self/status')) return { costs: [], json: {} }; // Only Linux tells what a process took at most.
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  try {
    const { sender, counted, rssBytes, cpuSeconds, frames } = await measure(Math.max(SECONDS_MIN, seconds), folder);
    const agentMessagesLost = sender.thrownAway + sender.sent - frames;
    const agentOutcomesLost = sender.sent / 2 - counted.outcomes;
    const agentRssMb = Math.round(rssBytes / 1e5) / 10;
    const note = `${MESSAGES_PER_SECOND} messages a second in at most ${agentRssMb} MB (bound: ${RSS_BYTES_MAX / 1e6}), ${agentMessagesLost} lost, ${agentOutcomesLost} outcomes lost`;
    const cost = { name: 'edge-agent', outcomes: counted.outcomes, cpuSeconds: { node: cpuSeconds }, note };
    return { costs: [cost], json: { agentRssMb, agentMessagesLost, agentOutcomesLost } };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The packaged agent as a process of its own, between a server that sends 50,000 messages a second and a gateway. */
export const edgeAgentBench: Bench = { name: 'edge-agent', run };
