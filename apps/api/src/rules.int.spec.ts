import { event, ruleSetSchema, streamOf } from '#contracts';
import { DEFAULT_RULE_SET } from '#testing';
import { NOW_MS, serveApi, type ServedApi, tellStory } from './api.fixture.js';

let served: ServedApi;
let viewer: string;
let admin: string;
beforeAll(async () => {
  served = await serveApi();
  [viewer, admin] = [await served.as('viewer'), await served.as('admin')];
});
afterAll(() => served.end());

const get = (path: string) => served.send('GET', path, viewer);
const append = async (...events: Parameters<typeof event>[]): Promise<void> => {
  const stream = events[0]?.[0] === 'RulesLoaded' ? streamOf.rules : streamOf.rulesReload;
  const expectedVersion = (await served.parts.eventStore.readStream(stream)).length;
  const told = events.map(([type, data]) => event(type, data));
  await served.parts.eventStore.append([{ stream, expectedVersion, events: told }], { actor: 'rules', cause: 'start' });
};
const loaded = (version: number, ruleSet = DEFAULT_RULE_SET) =>
  [
    'RulesLoaded',
    { version, sha256: `${version}`.repeat(64), source: 'rules', fromTick: version, ruleSet, at: NOW_MS },
  ] as const;

describe('GET /v1/rules', () => {
  it('says that none were loaded', async () => {
    expect(await get('/v1/rules')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('R13: shows the set in force with version, digest and windows, and those before', async () => {
    await append([...loaded(1)], [...loaded(2)]);
    const { status, body } = await get('/v1/rules');
    expect([status, body]).toMatchObject([
      200,
      { version: 2, sha256: '2'.repeat(64), source: 'rules', fromTick: 2, loadedAt: NOW_MS, loadedBy: 'rules' },
    ]);
    expect(body).toMatchObject({ rules: DEFAULT_RULE_SET.rules, warnings: [], lastReload: { refused: null } });
    const { versions } = (await get('/v1/rules/history?limit=5')).body as unknown as { versions: unknown[] };
    expect(versions).toMatchObject([{ version: 2, ruleCount: DEFAULT_RULE_SET.rules.length }, { version: 1 }]);
    expect(versions[0]).not.toHaveProperty('ruleSet');
  });

  it('warns of a selector that fits nothing of the catalogue', async () => {
    await tellStory(served);
    const ruleSet = ruleSetSchema.parse({
      rules: [
        {
          name: 'mars',
          signal: 'success_rate',
          scopes: ['region'],
          where: { region: ['eu-*', 'mars-*'] },
          comparison: 'below',
          threshold: 99,
          windowMs: 60_000,
          severity: 'warning',
        },
      ],
    });
    await append([...loaded(3, ruleSet)]);
    expect((await get('/v1/rules')).body).toMatchObject({ warnings: ['rules mars: no region is like mars-*'] });
  });

  it('shows who asked for a reload, and what was refused until another set is loaded', async () => {
    expect(await served.send('POST', '/v1/rules/reload', viewer)).toMatchObject({ status: 403 });
    expect(await served.send('POST', '/v1/rules/reload', admin)).toMatchObject({ status: 202, body: { asked: true } });
    const refused = { source: 'rules', problems: ['a.yml:1:1: wrong'], at: NOW_MS };
    await append(['RulesRefused', refused]);
    expect((await get('/v1/rules')).body).toMatchObject({
      version: 3,
      lastReload: { askedAt: NOW_MS, askedBy: 'admin:test admin', refused },
    });
    await append([...loaded(4)]);
    expect((await get('/v1/rules')).body).toMatchObject({ version: 4, lastReload: { askedAt: NOW_MS, refused: null } });
  });
});
