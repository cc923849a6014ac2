import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { type Context, type Server as ProtocolServer, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isPermitted, isRefusal, type Principal, problemDocument, refuse, type Refusal } from '#contracts';
import {
  addressOf,
  type Authenticator,
  type Clock,
  type KnownRequest,
  type Logger,
  type Rates,
  strangerOf,
  systemClock,
} from '#runtime';
import { formatErrors } from '../graphql/graphql-errors.js';
import { GRAPHQL_BYTES_MAX } from '../graphql/graphql-limits.js';
import type { Followers } from './followers.js';
import { GraphqlSocket } from './graphql-socket.js';
import { passOn } from './pass-on.js';
import { SharedTurns } from './shared-turns.js';
import { Strangers } from './strangers.js';
import { subscribeAnew, subscriptionOf, toldAs } from './subscription-operation.js';

/** How long a socket has for its first message, which holds the key. */
const INIT_MS_MAX = 3_000;
/** Keys looked up at once for addresses that showed too many bad ones, as at the front door: a good one passes from there all the same. */
const DOUBTED_MAX = 4;
/** Operations of one socket at a time: the pages of a console have a handful. */
export const OPERATIONS_MAX = 16;
/** How long a socket has to answer that we go. */
const GOODBYE_MS = 250;
const PATH = '/graphql';

/** What the door is made with. */
export interface SubscriptionDoorParts {
  readonly schema: () => GraphQLSchema;
  readonly authenticator: Authenticator;
  readonly followers: Followers;
  readonly rates: Pick<Rates, 'spend' | 'isSpent'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Origins of pages that may open a socket, beside those of the same host; programs send none. */
  readonly origins: ReadonlySet<string>;
  /** Balancers: who comes through them is who they say, as at the front door. */
  readonly trustedProxies: readonly string[];
}

/** What belongs to a socket. */
interface Opened {
  readonly socket: GraphqlSocket;
  readonly request: IncomingMessage;
  /** As whom it is counted for as long as no key is known. */
  readonly stranger: string;
  /** Ends that it is counted as a stranger. */
  readonly countOut: () => void;
  leave: (() => void) | undefined;
  /** Whether it showed a key, or said that it has none. */
  hasAsked: boolean;
  isClosed: boolean;
}

type Params = Record<string, unknown> | undefined;
type SocketContext = Context<Params, Opened>;

const isOriginTaken = ({ headers }: IncomingMessage, origins: ReadonlySet<string>): boolean => {
  const { origin, host } = headers;
  if (origin === undefined || origins.has(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
};

/**
 * Subscriptions, by graphql-transport-ws on the upgrade of `/graphql`. An upgrade passes none of the hooks of HTTP, so everything
 * that they do is done here: who asks (a browser cannot set headers, so the first message may hold the key), from which page, how
 * much, and how long.
 */
export class SubscriptionDoor {
  private readonly upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: GRAPHQL_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols,
  });
  private readonly protocol: ProtocolServer<Opened>;
  private readonly strangers: Strangers;
  private readonly addressOf: (request: IncomingMessage) => string;
  private doubted = 0;
  private isStopping = false;

  constructor(private readonly parts: SubscriptionDoorParts) {
    this.strangers = new Strangers(parts.rates);
    this.addressOf = addressOf(parts.trustedProxies);
    const turns = new SharedTurns(parts.clock);
    this.protocol = makeServer<Params, Opened>({
      connectionInitWaitTimeout: INIT_MS_MAX,
      onConnect: (context) => this.connect(context),
      onSubscribe: (context, _id, payload) => this.begin(context, payload),
      subscribe: (args) => subscribeAnew(args, turns),
      onNext: (_context, _id, _payload, _args, { data, errors }) =>
        errors === undefined
          ? undefined
          : { data: data ?? null, errors: formatErrors({ data, errors }, parts.logger).errors as never },
      onError: (_context, _id, _payload, errors) => formatErrors({ errors }, parts.logger).errors as never,
    });
  }

  /** Takes the upgrades of a server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // The library has its own handler from the handshake on; before it a line that breaks must not be nobody's error.
      const broken = (): void => void socket.destroy();
      socket.once('error', broken);
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        socket.off('error', broken);
        return passOn(server, request, socket, head);
      }
      const stranger = strangerOf(this.addressOf(request));
      const countOut = this.admitStranger(request, stranger);
      if (isRefusal(countOut)) return answer(socket, countOut);
      // A handshake that is refused by the library is answered by it, and nothing is opened.
      socket.once('close', countOut);
      this.upgrades.handleUpgrade(request, socket, head, (opened) => {
        socket.off('error', broken).off('close', countOut);
        this.open(opened, { request, stranger, countOut });
      });
    });
  }

  /** Lets everybody go. The followers have been told; whoever does not answer is cut. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const closed = new AbortController();
    const all = [...this.upgrades.clients].map((client) => {
      client.close(1001, 'this process stops');
      return new Promise((done) => client.once('close', done));
    });
    await Promise.race([Promise.all(all).then(() => closed.abort()), systemClock.sleep(GOODBYE_MS, closed.signal)]);
    for (const client of this.upgrades.clients) client.terminate();
    this.upgrades.close();
  }

  private admitStranger(request: IncomingMessage, stranger: string): (() => void) | Refusal {
    if (this.isStopping) return refuse('SUBSCRIBERS_TOO_MANY', 'this process stops');
    const refusal = this.refusalFor(request);
    return refusal === undefined ? this.strangers.admit(stranger) : this.strangers.spend(stranger, refusal);
  }

  private refusalFor(request: IncomingMessage): Refusal | undefined {
    // Not parsed: what is no address throws, and this is before anybody said who they are.
    if (request.url?.split('?', 1)[0] !== PATH) return refuse('NOT_FOUND', `only ${PATH} takes an upgrade`);
    if (!isOriginTaken(request, this.parts.origins))
      return refuse('PERMISSION_DENIED', `pages of ${request.headers.origin} may not open a socket: see CORS_ORIGINS`);
    if (!offersProtocol(request)) return refuse('QUERY_INVALID', 'expected the subprotocol graphql-transport-ws');
    return undefined;
  }

  private open(opened: WebSocket, from: Pick<Opened, 'request' | 'stranger' | 'countOut'>): void {
    const socket = new GraphqlSocket(opened, this.parts.clock);
    const own: Opened = { ...from, socket, leave: undefined, hasAsked: false, isClosed: false };
    const onBroken = (error: unknown): void => this.parts.logger.error({ err: error }, 'a subscription failed');
    const closed = this.protocol.opened(socket.asProtocol(onBroken), own);
    opened.once('close', (code, reason) => {
      own.isClosed = true;
      own.countOut();
      own.leave?.();
      // Whoever showed a key has been counted for that.
      if (!own.hasAsked) this.parts.rates.spend('stranger', own.stranger);
      closed(code, reason.toString()).catch(onBroken);
    });
  }

  private async connect({ connectionParams, extra }: SocketContext): Promise<boolean> {
    const said = connectionParams?.['authorization'] ?? extra.request.headers.authorization;
    const authorization = typeof said === 'string' ? said : undefined;
    const refusal = await this.admit(extra, authorization);
    if (refusal === undefined) return true;
    extra.socket.end(refusal);
    return false;
  }

  private async authenticate(stranger: string, authorization: string | undefined): Promise<Principal | Refusal> {
    const { rates, authenticator } = this.parts;
    const isDoubted = rates.isSpent('stranger', stranger);
    const refusal = isDoubted && this.doubted >= DOUBTED_MAX ? rates.spend('stranger', stranger) : undefined;
    if (refusal !== undefined) return refusal;
    this.doubted += isDoubted ? 1 : 0;
    const principal = await authenticator.authenticate(authorization).catch(unavailable);
    this.doubted -= isDoubted ? 1 : 0;
    if (!isRefusal(principal)) return rates.spend('view', principal.subject) ?? principal;
    return principal.refused === 'DATABASE_UNAVAILABLE' ? principal : (rates.spend('stranger', stranger) ?? principal);
  }

  private async admit(own: Opened, authorization: string | undefined): Promise<Refusal | undefined> {
    own.hasAsked = true;
    const principal = await this.authenticate(own.stranger, authorization);
    if (isRefusal(principal)) return principal;
    // It closed while its key was looked up, and was counted out: it would follow for ever.
    if (own.isClosed) return refuse('QUERY_INVALID', 'the socket is closed');
    if (!isPermitted(principal, 'view')) return refuse('PERMISSION_DENIED', `${principal.subject} may not view`);
    const { socket } = own;
    [socket.principal, socket.authorization] = [principal, authorization];
    const leave = this.parts.followers.admit(socket);
    if (isRefusal(leave)) return leave;
    own.leave = leave;
    own.countOut();
    return undefined;
  }

  private begin({ extra, subscriptions }: SocketContext, payload: Parameters<typeof subscriptionOf>[1]) {
    if (Object.keys(subscriptions).length > OPERATIONS_MAX)
      return [toldAs(refuse('SUBSCRIBERS_TOO_MANY', `a socket has at most ${OPERATIONS_MAX} operations`))];
    const { principal, authorization } = extra.socket;
    const refusal = this.parts.rates.spend('view', principal.subject);
    if (refusal !== undefined) return [toldAs(refusal)];
    // What a resolver and its guard know of a request.
    const request = { principal, headers: { authorization } } as unknown as KnownRequest;
    return subscriptionOf(this.parts.schema(), payload, { reply: { request } });
  }
}

const unavailable = (): Refusal => refuse('DATABASE_UNAVAILABLE', 'the database does not answer; come again');

const offersProtocol = ({ headers }: IncomingMessage): boolean =>
  handleProtocols(headers['sec-websocket-protocol'] ?? '') !== false;

/** Answers an upgrade that is refused, with the problem, as HTTP would. */
const answer = (socket: Duplex, refusal: Refusal): void => {
  const problem = problemDocument(refusal);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Refused`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  // Half closed, it would keep its place among the connections for as long as the other side likes.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
