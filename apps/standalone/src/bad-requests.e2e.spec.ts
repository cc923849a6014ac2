import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE } from '#contracts';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { ROLES } from './roles.js';

let test: TestDatabase;
let served: ServedRoles;
let admin: string;
let ingest: string;
beforeAll(async () => {
  test = await openTestDatabase();
  // All roles: GraphQL loads a plugin, and that changes when Nest sets its error handler.
  served = await serveRoles(ROLES, test, { environment: { DATA_DIR: mkdtempSync(join(tmpdir(), 'bad-requests-')) } });
  admin = await served.keyOf('admin');
  ingest = await served.keyOf('ingest');
});
afterAll(async () => {
  await served.close();
  await test.close();
});

const get = (path: string): Promise<Response> =>
  fetch(new URL(path, served.url), { headers: { authorization: admin } });

const post = (path: string, authorization: string, contentType: string, body: string): Promise<Response> =>
  fetch(new URL(path, served.url), { method: 'POST', headers: { authorization, 'content-type': contentType }, body });

// `fetch` reports a broken pipe when the connection is closed before the whole body was taken.
const TEN_MB = 'x'.repeat(10_000_000);
const OUTCOMES = '/v1/telemetry/outcomes';

const requests: [string, () => Promise<Response>, number, string][] = [
  ['JSON that ends too soon', () => post('/v1/nodes', admin, 'application/json', '{'), 400, 'BODY_UNPARSABLE'],
  ['a registration of 10 MB', () => post('/v1/nodes', admin, 'application/json', TEN_MB), 413, 'BODY_TOO_LARGE'],
  ['a batch of 10 MB', () => post(OUTCOMES, ingest, CONTENT_TYPE.ndjson, TEN_MB), 413, 'BODY_TOO_LARGE'],
  ['what is no content type', () => post(OUTCOMES, ingest, 'rubbish', 'x'), 415, 'CONTENT_TYPE_UNKNOWN'],
  ['another content type', () => post(OUTCOMES, ingest, 'text/csv', 'x'), 415, 'CONTENT_TYPE_UNKNOWN'],
  ['an address that cannot be decoded', () => get('/v1/incidents/%E0%A4%A'), 404, 'NOT_FOUND'],
  ['an address without end', () => get(`/v1/incidents/${'a'.repeat(9_000)}`), 404, 'NOT_FOUND'],
  ['a name that PostgreSQL cannot read', () => get('/v1/incidents/%00'), 404, 'NOT_FOUND'],
];

/** What stands on every answer. */
const SECURE = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

describe('a whole server', () => {
  it.each(requests)('answers %s with a problem document', async (_what, ask, status, code) => {
    const answer = await ask();
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect([answer.status, await answer.json()]).toMatchObject([status, { status, code }]);
    expect(Object.fromEntries(answer.headers)).toMatchObject(SECURE);
  });
});
