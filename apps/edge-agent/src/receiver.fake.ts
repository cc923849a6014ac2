import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  decoderFor,
  isRefusal,
  type NodeReport,
  type OutcomeBatch,
  type TaggedMessage,
  type ZoneEntry,
} from '#contracts';

/** A body with its tag. */
export interface TaggedBody {
  readonly message: TaggedMessage;
  readonly tag: string;
}

/** A gateway that keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  readonly batches: OutcomeBatch[];
  readonly reports: NodeReport[];
  /** Bodies that came with a tag. */
  readonly tagged: TaggedBody[];
  /** Answers to the next posts of batches, before it accepts again. */
  readonly script: number[];
  /** The registry of zones, ascending by id; while it is empty the route is not there, as with an old gateway. */
  readonly registry: ZoneEntry[];
  /** Ids after which the registry was asked for. */
  readonly asked: number[];
  /** While it holds, reports are heard and get no answer, as from a gateway that hangs. */
  readonly hang: { isOn: boolean };
  /** Posts of batches, accepted or not. */
  readonly posts: () => number;
  readonly close: () => Promise<void>;
}

/** Zones of a page: by the next request a test can tell that the one before was read. */
const PAGE = 1;

/** A page of the registry as JSON; undefined while it is empty. */
const pageAfter = (registry: readonly ZoneEntry[], after: number): string | undefined => {
  const newest = registry.at(-1)?.id;
  if (newest === undefined) return undefined;
  const page = registry.filter(({ id }) => id > after).slice(0, PAGE);
  return JSON.stringify({ ids: page.map(({ id }) => id), zones: page.map(({ zone }) => zone), newest });
};

/** Starts a receiver on a free port of this machine. */
export const startReceiver = async (key: string): Promise<Receiver> => {
  const batches: OutcomeBatch[] = [];
  const reports: NodeReport[] = [];
  const tagged: TaggedBody[] = [];
  const script: number[] = [];
  const hang = { isOn: false };
  const registry: ZoneEntry[] = [];
  const asked: number[] = [];
  let posts = 0;
  const answer = (path: string, contentType: string, body: Buffer): number => {
    if (path === '/v1/telemetry/nodes') {
      reports.push(JSON.parse(body.toString()) as NodeReport);
      return 202;
    }
    posts += 1;
    const status = script.shift();
    if (status !== undefined) return status;
    const decoder = decoderFor(contentType);
    if (decoder === undefined) return 415;
    const batch = decoder.decode(Uint8Array.from(body));
    if (isRefusal(batch)) return 422;
    batches.push(batch);
    return 202;
  };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const isOurs = request.headers.authorization === `Bearer ${key}`;
      const contentType = request.headers['content-type'] ?? '';
      const [path, body] = [request.url ?? '', Buffer.concat(pieces)];
      if (isOurs && request.method === 'GET') {
        const after = Number(new URL(path, 'http://localhost').searchParams.get('after'));
        asked.push(after);
        const page = pageAfter(registry, after);
        response.statusCode = page === undefined ? 404 : 200;
        response.end(page);
        return;
      }
      const { 'x-tocsin-key-id': keyId, 'x-tocsin-tag': tag } = request.headers;
      if (typeof keyId === 'string' && typeof tag === 'string') {
        const topic = path === '/v1/telemetry/nodes' ? 'telemetry.nodes' : 'telemetry.outcomes';
        tagged.push({ message: { topic, contentType, keyId, body }, tag });
      }
      response.statusCode = isOurs ? answer(path, contentType, body) : 401;
      if (hang.isOn && path === '/v1/telemetry/nodes') return;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    reports,
    tagged,
    script,
    hang,
    registry,
    asked,
    posts: () => posts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
