import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, readSettings } from './environment.js';

const schema = z.object({ PORT: z.coerce.number().int().max(65_535).default(80), TOKEN: z.string().min(8) });
const read = (env: Record<string, string>) => readSettings(env, schema, ['TOKEN']);

describe('readSettings', () => {
  it('takes what is set, and defaults for what is not or is empty', () => {
    expect(read({ TOKEN: 'long enough', PORT: ' ' })).toEqual({ PORT: 80, TOKEN: 'long enough' });
  });

  it('takes a secret from the file that NAME_FILE names', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'token');
    writeFileSync(file, 'from a file\n');
    expect(read({ TOKEN_FILE: file }).TOKEN).toBe('from a file');
    expect(() => read({ TOKEN_FILE: '/nonexistent' })).toThrow('TOKEN_FILE: cannot read /nonexistent (ENOENT)');
  });

  it('names every problem by its variable, and no value', () => {
    const problems = (): readonly string[] => {
      try {
        read({ PORT: '70000', TOKEN: 'canary' });
        return [];
      } catch (error) {
        return (error as ConfigError).problems;
      }
    };
    expect(problems()).toEqual([expect.stringMatching(/^PORT: /), expect.stringMatching(/^TOKEN: /)]);
    expect(problems().join()).not.toMatch(/canary|70000/);
  });
});
