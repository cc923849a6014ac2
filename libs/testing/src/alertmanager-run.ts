import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './until.js';

/** Half a second on an idle machine; jest's workers may be busy. */
const READY_MS = 60_000;

/** Nobody is told: the tests ask it. */
const CONFIG = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';

/** A running Alertmanager. */
export interface RunningAlertmanager {
  readonly url: string;
  /** Those that it shows: what is over is not. */
  readonly alerts: () => Promise<
    readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[]
  >;
  readonly stop: () => Promise<void>;
}

const findProgram = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'prometheus-alertmanager'))
    .find((path) => existsSync(path));

/** Starts Debian's Alertmanager with nobody to tell. */
export const startAlertmanager = async (): Promise<RunningAlertmanager> => {
  const directory = mkdtempSync(join(tmpdir(), 'alertmanager-'));
  writeFileSync(join(directory, 'config.yml'), CONFIG);
  const address = `127.0.0.1:${await freePort()}`;
  const words = [
    `--config.file=${join(directory, 'config.yml')}`,
    `--storage.path=${directory}`,
    `--web.listen-address=${address}`,
    // Empty: no other one is looked for.
    '--cluster.listen-address=',
  ];
  const child = spawn(findProgram() ?? '', words, { stdio: 'ignore' });
  const url = `http://${address}`;
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true;
  await until('Alertmanager is ready', isReady, READY_MS);
  return {
    url,
    alerts: async () =>
      (await (await fetch(`${url}/api/v2/alerts`)).json()) as Awaited<ReturnType<RunningAlertmanager['alerts']>>,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** A suite that needs a real Alertmanager; skipped, with its reason as the title, where there is none. */
export const describeAlertmanager = (name: string, suite: () => void): void => {
  if (findProgram() !== undefined) {
    describe(name, suite);
    return;
  }
  const obstacle = 'no prometheus-alertmanager; Debian has it under that name';
  describe.skip(`Alertmanager, ${name}: skipped, ${obstacle}`, () => {
    it('runs where there is an Alertmanager', () => expect(obstacle).toBe(''));
  });
};
