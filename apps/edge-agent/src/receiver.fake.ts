import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decoderFor, isRefusal, type NodeReport, type OutcomeBatch, type ZoneEntry } from '#contracts';

/** A gateway that keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  readonly batches: OutcomeBatch[];
  readonly reports: NodeReport[];
  /** Answers to the next posts of batches, before it accepts again. */
  readonly script: number[];
  /** The registry of zones, ascending by id; while it is empty the route is not there, as with an old gateway. */
  readonly registry: ZoneEntry[];
  /** Ids after which the registry was asked for. */
  readonly asked: number[];
  /** Posts of batches, accepted or not. */
  readonly posts: () => number;
  readonly close: () => Promise<void>;
}

/** Zones of a page: by the next request a test can tell that the one before was read. */
const PAGE = 1;

/** Starts a receiver on a free port of this machine. */
export const startReceiver = async (key: string): Promise<Receiver> => {
  const batches: OutcomeBatch[] = [];
  const reports: NodeReport[] = [];
  const script: number[] = [];
  const registry: ZoneEntry[] = [];
  const asked: number[] = [];
  let posts = 0;
  const pageAfter = (path: string): string | undefined => {
    const after = Number(new URL(path, 'http://localhost').searchParams.get('after'));
    asked.push(after);
    const newest = registry.at(-1)?.id;
    if (newest === undefined) return undefined;
    const page = registry.filter(({ id }) => id > after).slice(0, PAGE);
    return JSON.stringify({ ids: page.map(({ id }) => id), zones: page.map(({ zone }) => zone), newest });
  };
  const answer = (path: string, contentType: string, body: Buffer): number => {
    if (path === '/v1/telemetry/nodes') {
      reports.push(...(JSON.parse(body.toString()) as NodeReport[]));
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
      const path = request.url ?? '';
      if (isOurs && request.method === 'GET') {
        const page = pageAfter(path);
        response.statusCode = page === undefined ? 404 : 200;
        response.end(page);
        return;
      }
      response.statusCode = isOurs ? answer(path, contentType, Buffer.concat(pieces)) : 401;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    reports,
    script,
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
