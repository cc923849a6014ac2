import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { FakeClock, settle } from '../time/clock.fake.js';
import { LiveFeed } from './live.js';
import { apiKey, type Key } from './session.js';
import { FakeSockets } from './socket.fake.js';

/** A feed whose clock, sockets and pages are the test's. */
export const openFeed = (key: Key = apiKey('k.secret'), clock = new FakeClock()) => {
  const sockets = new FakeSockets();
  const queries = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } });
  let refused = 0;
  const feed = new LiveFeed({
    key,
    clock,
    url: 'ws://tocsin.test/graphql',
    socket: sockets.Socket,
    refused: () => (refused += 1),
    queries,
  });
  const accept = async (): Promise<void> => {
    await settle();
    sockets.last.open();
    await settle();
    sockets.last.tell({ type: 'connection_ack' });
    await settle();
  };
  /** Shows what rests on some streams and takes so long to read; what comes back says how often it was asked for. */
  const show = (follows: readonly string[], takesMs = 0, restMs = 0) => {
    let asked = 0;
    const answers: number[] = [];
    const observer = new QueryObserver(queries, {
      queryKey: [follows],
      meta: { follows, restMs },
      queryFn: async () => {
        asked += 1;
        await new Promise<void>((done) => void clock.after(takesMs, done));
        answers.push(clock.now());
        return asked;
      },
    });
    observer.subscribe(() => undefined);
    return { asked: () => asked, answers };
  };
  return { feed, clock, sockets, queries, accept, show, refused: () => refused };
};

/** Longer than any wait between two attempts. */
export const LATER_MS = 4_000;
