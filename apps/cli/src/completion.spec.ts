import { spawnSync } from 'node:child_process';
import { completionScript, completions } from './completion.js';

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
});
