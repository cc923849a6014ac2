import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readYamlConfigFile } from '#config';
import { HEALTH_PASSES_MIN, HEALTH_PROBES } from '#domain';
import { until } from '#testing';
import { systemClock } from './clock.js';
import { commandsConfigSchema } from './command-config.js';
import { makeCommand } from './command-keys.fixture.js';
import { fillProgram } from './command-program.js';
import { createRunner } from './command-runner.js';

const EXAMPLE = join(process.cwd(), 'apps/edge-agent/deploy/ansible');
const read = <T>(schema: z.ZodType<T>, name: string): T => {
  const { config, problems } = readYamlConfigFile(schema, join(EXAMPLE, name));
  if (config === undefined) throw new Error(problems?.join('\n'));
  return config;
};

interface Play {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly tasks: readonly { readonly name: string; readonly block?: Play['tasks']; readonly always?: Play['tasks'] }[];
}
const namesOf = (tasks: Play['tasks'] = []): string[] =>
  tasks.flatMap(({ name, block, always }) => [name, ...namesOf(block), ...namesOf(always)]);

describe('the Ansible example', () => {
  it('R58: is a section that an agent takes, a dry run at first, with the release of the command as arguments', () => {
    const { commands: config } = read(z.strictObject({ commands: commandsConfigSchema }), 'edge-agent.commands.yml');
    expect(config.isDryRun).toBe(true);
    expect(fillProgram(config.actions.rollback?.program ?? [], makeCommand(7, 0))).toEqual([
      'ansible-playbook',
      '-i',
      'localhost,',
      '--connection=local',
      '/etc/tocsin/ansible/rollback_dns.yml',
      '-e',
      'dns_version=v2.1.4',
      '-e',
      'config_rev=c41',
    ]);
    expect(config.readBack?.at(2)).toBe('/etc/tocsin/ansible/running_release.sh');
  });

  it('R58: stops, deploys, starts and verifies, in this order', () => {
    const [play] = read(z.tuple([z.custom<Play>()]), 'rollback_dns.yml');
    const steps = ['Look for', 'Stop DNS', 'Deploy the', 'Start DNS', 'Probe', 'Verify that'];
    const at = steps.map((step) => namesOf(play.tasks).findIndex((name) => name.startsWith(step)));
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });

  it('R43: verifies with as many probes as a health check has', () => {
    const [{ vars }] = read(z.tuple([z.custom<Play>()]), 'rollback_dns.yml');
    expect([vars['dns_probes'], vars['dns_passes_min']]).toEqual([HEALTH_PROBES, HEALTH_PASSES_MIN]);
  });
});

describe('running_release.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Starts a server of a release; any program of the machine will do. */
  const serve = async (release: string): Promise<() => void> => {
    const folderOfRelease = join(folder, 'releases', release, 'sbin');
    mkdirSync(folderOfRelease, { recursive: true });
    const program = join(folderOfRelease, 'named');
    copyFileSync(process.execPath, program);
    const server = spawn(program, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    await until('the server has a pid', () => server.pid !== undefined);
    writeFileSync(join(folder, 'named.pid'), `${server.pid ?? 0}\n`);
    return () => void server.kill('SIGKILL');
  };
  const readBack = () =>
    createRunner(systemClock)({
      argv: [join(EXAMPLE, 'running_release.sh'), join(folder, 'named.pid'), join(folder, 'configs')],
      environment: { PATH: process.env['PATH'] ?? '' },
      directory: folder,
      limitMs: 10_000,
      keeps: 'output only',
    });

  it('says what the process runs, not what would run after a restart', async () => {
    const stop = await serve('v2.1.5');
    mkdirSync(join(folder, 'configs', 'c42'), { recursive: true });
    symlinkSync('c42', join(folder, 'configs', 'current'));
    symlinkSync('v2.1.4', join(folder, 'releases', 'current'));
    const release = await readBack();
    stop();
    expect(release).toEqual({ end: { how: 'exited', code: 0 }, output: 'v2.1.5 c42\n' });
  });

  it('fails when no server runs', async () => {
    const { end, output } = await readBack();
    expect([end.how === 'exited' && end.code !== 0, output]).toEqual([true, '']);
  });
});
