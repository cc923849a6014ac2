import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OpenApi } from '#runtime';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { type FuzzedRequest, requestsOf } from './rest-fuzz.fixture.js';
import { ROLES } from './roles.js';

/** Requests in all, a share of them for each operation; FUZZ_REQUESTS asks for more. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3_000);
/** Chooses everything that is sent; printed, so that a failure is had again. */
const SEED = Number(process.env['SEED'] ?? 8);
/** At once: below the connections of the pool, so that 503 would be a finding. */
const AT_ONCE = 6;
/** A stream does not end by itself. */
const ENDLESS = new Set(['followEvents']);
const LEAK = /\.js:\d+:\d+|node_modules|\bselect\b[^"]{1,80}\bfrom\b|insert into|relation \\?"|SQLSTATE/i;

let test: TestDatabase;
let served: ServedRoles;
let key: string;
beforeAll(async () => {
  test = await openTestDatabase();
  served = await serveRoles(ROLES, test, { environment: { DATA_DIR: mkdtempSync(join(tmpdir(), 'fuzz-')) } });
  key = await served.keyOf('admin');
});
afterAll(async () => {
  await served.close();
  await test.close();
});

const send = async ({ method, path, body, contentType }: FuzzedRequest): Promise<string | undefined> => {
  const response = await fetch(new URL(path, served.url), {
    method,
    headers: { authorization: key, ...(body === undefined ? {} : { 'content-type': contentType }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isWrong = (response.status >= 500 && !path.startsWith('/readyz')) || LEAK.test(text);
  return isWrong ? `${method} ${path} ${body?.slice(0, 500)}: ${response.status} ${text.slice(0, 500)}` : undefined;
};

describe('whatever is sent to REST', () => {
  it(`is no fault of ours, and shows no stack and no SQL: ${REQUESTS} requests`, async () => {
    const answer = await fetch(new URL('/openapi.json', served.url), { headers: { authorization: key } });
    const document = (await answer.json()) as OpenApi;
    const operations = Object.entries(document.paths)
      .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
      .filter(({ operation }) => !ENDLESS.has(operation.operationId));
    const each = Math.ceil(REQUESTS / operations.length);
    const queue = operations.flatMap(({ path, method, operation }) =>
      fc.sample(requestsOf(method.toUpperCase(), path, operation, document), { numRuns: each, seed: SEED }),
    );
    const found: string[] = [];
    const work = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const wrong = await send(next);
        if (wrong !== undefined) found.push(wrong);
      }
    };
    console.log(`fuzz: ${queue.length} requests to ${operations.length} operations, SEED=${SEED}`);
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(found).toEqual([]);
  }, 300_000);
});
