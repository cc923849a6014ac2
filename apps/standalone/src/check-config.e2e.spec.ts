import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

const check = (settings: Readonly<Record<string, string>>) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'check-config-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--check-config'], {
    env: { DATA_DIR: dataDir, ...settings },
    encoding: 'utf8',
  });
  return { status, stdout, stderr, left: readdirSync(dataDir) };
};

describe('standalone --check-config', () => {
  it('says that the settings are right, and opens nothing', () => {
    expect(check({})).toEqual({ status: 0, stdout: 'the settings are right\n', stderr: '', left: [] });
  });

  it('names the setting of the process that is wrong, without its value', () => {
    const { status, stdout, stderr, left } = check({ ADMIN_KEY: 'hunter2' });
    expect([status, stdout, left]).toEqual([2, '', []]);
    expect(stderr).toMatch(/^ADMIN_KEY: /);
    expect(stderr).not.toContain('hunter2');
  });

  it.each([
    ['rules', 'ROLLBACK_VERIFY_MS', '1'],
    ['dispatcher', 'PAGERDUTY_ROUTING_KEY', 'short'],
  ])('names a setting of the role %s', (_role, name, value) => {
    expect(check({ [name]: value })).toMatchObject({ status: 2, stderr: expect.stringMatching(`^${name}: `) });
  });

  it('knows no other words than the roles', () => {
    const run = (...words: string[]) => spawnSync(process.execPath, [MAIN, ...words], { env: {}, encoding: 'utf8' });
    const { status, stderr } = run('--check-confg', 'rules', 'ruler');
    expect([status, stderr]).toEqual([2, expect.stringMatching('^--check-confg ruler: unknown; .*\n$')]);
    expect(run('rules', '--check-config')).toMatchObject({ status: 0, stdout: 'the settings are right\n' });
  });
});

describe('standalone that cannot start', () => {
  it('says so in one line of its log, without the password, and ends for a supervisor to start it again', () => {
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'cannot-start-'));
    // Nothing listens on port 1.
    const env = { DATA_DIR, DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x', PORT: '0', LOG_LEVEL: 'warn' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      msg: 'cannot start',
      err: { message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(stdout).not.toContain('hunter2');
  });
});
