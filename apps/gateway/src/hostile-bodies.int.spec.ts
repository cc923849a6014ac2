import { CONTENT_TYPE, holding, isRefusal, type Principal } from '#contracts';
import { createDice, fieldsOf, hostilePayload, mutateBytes, mutateFields, soundBatch, textOfFields } from '#testing';
import { readBatch, refuseBatch } from './check-batch.decide.js';
import { send, serveGateway, type ServedGateway } from './gateway.fixture.js';

const BODIES = 5_000;
const AT_US = Date.UTC(2026, 0, 5, 10) * 1_000;
const JSON_TYPE = { 'content-type': 'application/json' };
/** 200 kB of brackets: a JSON parser takes them, whatever walks the result by recursion does not survive them. */
const DEPTH = 100_000;
const DEEP = '['.repeat(DEPTH) + ']'.repeat(DEPTH);

describe('hostile bodies, decoded', () => {
  it('5,000 are batches or refused', () => {
    const dice = createDice(1);
    const principal: Principal = { keyId: 'k', subject: 'key:k', name: 'k', ...holding('node'), nodeId: 'n1' };
    const check = { principal, isKnownNode: () => true, nowMs: AT_US / 1_000 };
    let [taken, refused, notTaken, soundRefused] = [0, 0, 0, 0];
    for (let seq = 1; seq <= BODIES; seq += 1) {
      const { contentType, bytes, isSound } = hostilePayload(
        dice,
        soundBatch(dice, { nodeId: 'n1', agentBootId: '1', seq, t0Us: AT_US }),
      );
      const batch = readBatch(contentType, bytes);
      if (isRefusal(batch)) refused += 1;
      else if (refuseBatch(batch, check) === undefined) taken += 1;
      else notTaken += 1;
      if (isSound && isRefusal(batch)) soundRefused += 1;
    }
    expect({ soundRefused, all: taken + refused + notTaken }).toEqual({ soundRefused: 0, all: BODIES });
    expect(Math.min(taken, refused, notTaken)).toBeGreaterThan(2);
  });
});

describe('hostile bodies over HTTP', () => {
  let served: ServedGateway;
  let keys: Record<'ingest' | 'deploy', string>;
  beforeAll(async () => {
    served = await serveGateway();
    keys = { ingest: await served.keyOf('ingest'), deploy: await served.keyOf('deploy') };
  });
  afterAll(() => served.stop());

  const post = async (path: string, role: 'ingest' | 'deploy', body: Uint8Array | string, headers = JSON_TYPE) => {
    const { status, body: problem } = await send(
      served.url,
      'POST',
      path,
      { authorization: keys[role], ...headers },
      body,
    );
    return { status, code: problem['code'] };
  };

  it('JSON as deep as a body can be is the sender’s fault, on every route', async () => {
    expect(await post('/v1/telemetry/outcomes', 'ingest', DEEP, { 'content-type': CONTENT_TYPE.jsonColumns })).toEqual({
      status: 400,
      code: 'BODY_UNPARSABLE',
    });
    expect((await post('/v1/telemetry/outcomes', 'ingest', DEEP)).status).toBe(415);
    expect(await post('/v1/telemetry/nodes', 'ingest', DEEP)).toEqual({ status: 422, code: 'BODY_INVALID' });
    expect(await post('/v1/signals', 'deploy', DEEP)).toEqual({ status: 422, code: 'BODY_INVALID' });
  });

  it('300 of every kind are accepted or refused, and never our fault', async () => {
    const dice = createDice(2);
    const atUs = AT_US;
    const crash = { type: 'crash', nodeId: 'n1', agentBootId: '1', atUs, serverBootId: '1', detail: '' };
    const tickets = { type: 'tickets', count: 3, atUs };
    const statuses = new Set<number>();
    for (let seq = 1; seq <= 100; seq += 1) {
      const batch = soundBatch(dice, { nodeId: 'n1', agentBootId: '1', seq, t0Us: AT_US });
      const { contentType, bytes } = hostilePayload(dice, batch);
      const report = Buffer.from(`[${textOfFields(mutateFields(dice, fieldsOf(crash)))}]`);
      const signal = mutateBytes(dice, Buffer.from(textOfFields(fieldsOf(tickets))));
      const answers = await Promise.all([
        post('/v1/telemetry/outcomes', 'ingest', bytes, { 'content-type': contentType }),
        post('/v1/telemetry/nodes', 'ingest', report),
        post('/v1/signals', 'deploy', signal),
      ]);
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses].filter((status) => status !== 202 && (status < 400 || status >= 500))).toEqual([]);
    expect(statuses.has(202)).toBe(true);
    expect(statuses.has(422)).toBe(true);
  });
});
