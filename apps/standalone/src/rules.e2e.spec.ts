import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RULE_SET, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

interface Rules {
  readonly version: number;
  readonly sha256: string;
  readonly rules: readonly { readonly name: string; readonly threshold: number }[];
  readonly lastReload: { readonly refused: { readonly problems: readonly string[] } | null };
}

let test: TestDatabase;
let served: ServedRoles | undefined;
let admin: string;
beforeEach(async () => {
  test = await openTestDatabase();
});
afterEach(async () => {
  await served?.close();
  await test.close();
});

const serve = async (settings: Readonly<Record<string, string>> = {}): Promise<ServedRoles> => {
  const environment = { DATA_DIR: mkdtempSync(join(tmpdir(), 'rules-')), ...settings };
  served = await serveRoles(ROLES, test, { environment });
  admin = await served.keyOf('admin');
  return served;
};
const rulesOf = async ({ url }: ServedRoles): Promise<Rules> => {
  const response = await fetch(new URL('/v1/rules', url), { headers: { authorization: admin } });
  return (await response.json()) as Rules;
};
const reload = async ({ url }: ServedRoles): Promise<number> =>
  (await fetch(new URL('/v1/rules/reload', url), { method: 'POST', headers: { authorization: admin } })).status;

describe('a server and its rules', () => {
  it('R13, R66: has the rules of the study in force at its first start, without any setting', async () => {
    const found = await rulesOf(await serve());
    expect(found).toMatchObject({ version: 1, fromTick: 0, rules: DEFAULT_RULE_SET.rules, warnings: [] });
  });

  it('reads its files again when it is asked to: all of them, or none', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'own-rules-'));
    const file = join(directory, 'default.yml');
    copyFileSync('rules/default.yml', file);
    const text = readFileSync(file, 'utf8');
    const one = await serve({ RULES: directory });
    const first = await rulesOf(one);

    writeFileSync(file, text.replace('fires: "< 99 %"', 'fires: "< 98 ms"'));
    expect(await reload(one)).toBe(202);
    const refused = await until('the file is refused', async () => {
      const found = await rulesOf(one);
      return found.lastReload.refused !== null && found;
    });
    expect(refused).toMatchObject({ version: 1, sha256: first.sha256, rules: first.rules });
    expect(refused.lastReload.refused?.problems[0]).toMatch(/: rules\.0\.fires: success_rate is in %, not ms\n/);
    const ready = await fetch(new URL('/readyz', one.url));
    expect(await ready.json()).toMatchObject({ notices: { rules: expect.stringContaining('the set in force stays') } });

    writeFileSync(file, text.replace('fires: "< 99 %"', 'fires: "< 98.5 %"'));
    expect(await reload(one)).toBe(202);
    const second = await until('the set is loaded', async () => {
      const found = await rulesOf(one);
      return found.version === 2 && found;
    });
    expect(second.sha256).not.toBe(first.sha256);
    expect(second.rules[0]).toMatchObject({ name: 'dns_resolution_success_rate', threshold: 98.5 });
    expect(second.lastReload.refused).toBeNull();
  });
});
