import { spawnSync } from 'node:child_process';
import { completionScript, completions, type Shell, SHELLS } from './completion.js';

const ofBash = (line: string) =>
  spawnSync('bash', ['-c', `${completionScript('bash')}\n${line}`], { encoding: 'utf8' });

/** What a shell of this machine says of its script, which it reads and does not run; nothing where it is not here. */
const saidBy = (shell: Shell): string => {
  const options = [...(shell === 'fish' ? ['--no-config'] : []), '-n', '-c', completionScript(shell)];
  const { error, status, stderr } = spawnSync(shell, options, { encoding: 'utf8' });
  return error === undefined ? `${stderr}${status === 0 ? '' : String(status)}` : '';
};

/** What fish offers for lines that are being typed, or what is expected where there is no fish. */
const ofFish = (lines: readonly string[], expected: string): string => {
  const fish: Shell = 'fish';
  const script = [completionScript(fish), ...lines.map((line) => `complete -C '${line}'`)].join('\n');
  const { error, stdout, stderr } = spawnSync(fish, ['--no-config', '-c', script], { encoding: 'utf8' });
  return error === undefined ? `${stdout}${stderr}` : expected;
};

/** What bash offers after these words; the last one is being typed. */
const offered = (...words: readonly string[]): readonly string[] => {
  const script = `${completionScript('bash')}
COMP_WORDS=(tocsin ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_tocsin
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.trim().split('\n');
};

describe('completion', () => {
  it('offers commands, then what they do, then what they take', () => {
    expect(completions().get('')).toContain('incident');
    expect(completions().get('incident')).toEqual(expect.arrayContaining(['show', 'note']));
    expect(completions().get('incident note')).toEqual(expect.arrayContaining(['--text', '--json']));
    expect(completions().get('incident note')).not.toContain('--for');
  });

  it('bash offers what fits what is typed', () => {
    expect(offered('inc')).toEqual(['incident']);
    expect(offered('incident', 'sn')).toEqual(['snooze']);
    expect(offered('incident', 'snooze', 'in1', '--f')).toEqual(['--for']);
    expect(offered('--json', 'rollout', 'hal')).toEqual(['halt']);
    expect(offered('automation', '')).toEqual(expect.arrayContaining(['off', 'mode', '--json']));
  });

  it('bash knows of it once it is sourced', () => {
    const { stdout, stderr, status } = ofBash('complete -p tocsin');
    expect([stdout.trim(), stderr, status]).toEqual(['complete -o default -F _tocsin tocsin', '', 0]);
  });

  it('a list can be cut, and only a list', () => {
    expect(completions().get('rollout ls')).toEqual(expect.arrayContaining(['--limit', '--all', '--after']));
    expect(completions().get('rollout show')).not.toContain('--all');
  });

  it('fish offers what fits what is typed, where it is installed', () => {
    const expected = 'incident\nhalt\n--limit\n';
    expect(ofFish(['tocsin inc', 'tocsin rollout hal', 'tocsin rollout ls --li'], expected)).toBe(expected);
    expect(completionScript('fish')).toContain('\\$');
  });

  it.each(SHELLS)('%s can read its script, where it is installed', (shell) => {
    expect(saidBy(shell)).toBe('');
    expect(completionScript(shell)).toContain('incident');
  });
});
