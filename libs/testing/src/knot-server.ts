import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { findKnot, type KnotProgram } from './knot-package.js';
import { KNOT_ZONES, knotZoneText } from './knot-zones.js';
import { until } from './until.js';

// Two seconds on an idle machine; jest's workers may be busy.
const READY_MS = 60_000;

/** A running Knot. */
export interface KnotServer {
  readonly port: number;
  readonly isRunning: () => boolean;
  /** Sends a signal and does not wait: SIGSEGV kills it as a bug would, SIGSTOP hangs it, SIGCONT lets it go on. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it by a signal, and waits until it is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** Starts it on the same port; resolves when it answers. */
  readonly start: () => Promise<void>;
}

/** What a Knot is started with. */
export interface KnotOptions {
  /** A folder of its own; its path must be short, since a unix socket's is. */
  readonly directory: string;
  /** The socket that it writes dnstap to. */
  readonly tapSocket: string;
  readonly version: string;
}

const configText = (
  program: KnotProgram,
  port: number,
  { directory, tapSocket, version }: KnotOptions,
): string => `server:
    listen: 127.0.0.1@${port}
    rundir: ${directory}/run
    identity: edge-1
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: ${directory}/run
log:
  - target: stderr
    any: info
${program.dnstapModule === undefined ? '' : `module:\n  - id: mod-dnstap\n    file: ${program.dnstapModule}\n`}
mod-dnstap:
  - id: tap
    sink: unix:${tapSocket}
    identity: edge-1
    version: "${version}"
    log-queries: on
    log-responses: on
template:
  - id: default
    storage: ${directory}/zones
    file: "%s.zone"
    global-module: mod-dnstap/tap
zone:
${KNOT_ZONES.map((zone) => `  - domain: ${zone}`).join('\n')}
`;

/** A query for the root: whoever answers anything, answers. */
const ANY_QUERY = Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1]);
/** Loopback answers within this or not at all. */
const ANSWER_MS = 200;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const done = (isAnswered: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve(isAnswered);
    };
    const timer = setTimeout(() => done(false), ANSWER_MS);
    socket.once('message', () => done(true));
    // Nobody listens there yet.
    socket.once('error', () => done(false));
    socket.connect(port, '127.0.0.1', () => socket.send(ANY_QUERY));
  });

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** The daemon; it ends with our process, by SIGKILL too, where the system can do that. */
const launch = async ({ path, libraries }: KnotProgram, directory: string): Promise<ChildProcess> => {
  const output = await open(join(directory, 'knot.log'), 'a');
  const words = [path, '-c', join(directory, 'knot.conf')];
  const env = libraries === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries };
  const [command = path, ...rest] = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...words]
    : words;
  const child = spawn(command, rest, { env, stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  return child;
};

/** Prepares a Knot in a folder: configuration, zones, port. It has still to be started. */
export const createKnot = async (options: KnotOptions): Promise<KnotServer> => {
  const program = await findKnot();
  if (program === undefined) throw new Error('no knotd: prepareKnot says why');
  const { directory } = options;
  const port = await freePort();
  for (const part of ['run', 'zones']) await mkdir(join(directory, part), { recursive: true });
  for (const zone of KNOT_ZONES) await writeFile(join(directory, 'zones', `${zone}.zone`), knotZoneText(zone));
  await writeFile(join(directory, 'knot.conf'), configText(program, port, options));
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && !isOver(child);
  return {
    port,
    isRunning,
    signal: (signal) => void child?.kill(signal),
    end: async (signal) => {
      if (child === undefined || isOver(child)) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
    start: async () => {
      const started = await launch(program, directory);
      child = started;
      await until(
        'Knot answers',
        () => {
          if (isOver(started)) throw new Error(`Knot ended; its words are in ${join(directory, 'knot.log')}`);
          return answers(port);
        },
        READY_MS,
      );
    },
  };
};
