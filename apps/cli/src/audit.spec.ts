import { NO_HEAD, verification } from './audit.fixture.js';
import type { ApiClient } from './api-client.js';
import { readArguments } from './arguments.js';
import { formatAct, formatActs, formatVerification } from './audit-views.js';
import { verifyAudit } from './audit-verify.js';
import { UsageError } from './usage-error.js';

const DIGEST = 'ab'.repeat(32);
const COMMON = { json: false, url: undefined, key: undefined };

describe('tocsin audit', () => {
  it('reads its arguments', () => {
    const listed = readArguments(['audit', 'ls', '--actor', 'operator:ann', '--from', '2021-07-22T15:36Z']);
    expect(listed).toMatchObject({
      command: 'door',
      request: {
        method: 'get',
        path: '/v1/audit?actor=operator%3Aann&from=2021-07-22T15%3A36Z',
        shows: 'acts',
      },
    });
    expect(readArguments(['audit', 'show', '12'])).toMatchObject({ request: { path: '/v1/audit/12', shows: 'act' } });
    expect(readArguments(['audit', 'verify', '--head', `7:${DIGEST}`])).toEqual({
      command: 'audit verify',
      keptHeads: [{ position: 7, digest: DIGEST }],
      ...COMMON,
    });
  });

  it.each([
    [['audit']],
    [['audit', 'show']],
    [['audit', 'verify', '--head', '7']],
    [['audit', 'verify', '--head', 'x:y']],
    [['audit', 'verify', 'now']],
    [['audit', 'ls', '--comment', 'x']],
  ])('%j is a usage error', (args) => {
    expect(() => readArguments(args)).toThrow(UsageError);
  });

  it('waits for a verification, and tells a terminal alone how far it is', async () => {
    const answers = [
      verification({ events: 5, of: 10 }),
      verification({ events: 10, of: 10, status: 'whole', streams: 2 }),
    ];
    const sent: unknown[] = [];
    const api: Pick<ApiClient, 'get' | 'post'> = {
      post: async (...given) => {
        sent.push(given);
        return { verification: verification({}) };
      },
      get: async () => ({ verification: answers.shift() }),
    };
    const seen: unknown[] = [];
    const progress = {
      at: (done: number, of: number | undefined) => seen.push([done, of]),
      end: () => seen.push('end'),
    };
    const heads = [{ position: 7, digest: DIGEST }];
    const done = await verifyAudit(api as ApiClient, heads, { progress, pause: async () => undefined });
    expect(done.status).toBe('whole');
    expect(sent).toEqual([['/v1/audit/verifications', { keptHeads: heads }]]);
    expect(seen).toEqual([[0, 0], [5, 10], 'end']);
  });

  it('tells what a verification found, in words', () => {
    const broken = [
      { fault: 'changed', position: 17, until: 17, stream: 'incident-in1', version: 3 },
      { fault: 'missing', position: 20, until: 22, stream: null, version: null },
    ] as const;
    expect(formatVerification(verification({ status: 'broken', events: 30, streams: 4, broken: [...broken] }))).toEqual(
      [
        'incident-in1@3, position 17: is not what was appended',
        'positions 20 to 22: is missing',
        '30 events in 4 streams are broken; compared with 0 heads that were kept elsewhere',
        `head 0:${NO_HEAD.digest}`,
      ],
    );
    expect(formatVerification(verification({ status: 'failed', failure: 'away' }))).toEqual([
      'it could not be done: away',
    ]);
  });

  it('shows acts, and one with what it changed', () => {
    const audit = { subject: 'key:k1', keyId: 'k1', requestId: 'r1', via: 'cli', reason: 'leaver' };
    const act = { position: 9, actor: 'admin:bob', cause: 'revoke key', recordedAt: 0, type: 'ApiKeyRevoked', audit };
    expect(formatActs({ acts: [act] }).join('\n')).toMatch(/9 .*admin:bob .*cli .*revoke key .*leaver/);
    expect(formatActs({ acts: [] })).toEqual(['nobody did anything']);
    const changes = [{ field: 'isRevoked', before: false, after: true }];
    const chain = { previous: null, hash: DIGEST };
    const lines = formatAct({ act: { ...act, stream: 'key-k2', version: 2, chain, changes, isCut: false } }).join('\n');
    expect(lines).toContain('ApiKeyRevoked, position 9, key-k2@2');
    expect(lines).toMatch(/isRevoked +false +true/);
    expect(lines).toContain('cli r1');
  });
});
