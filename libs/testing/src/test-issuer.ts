import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type SignInWish, TestSignIn } from './test-sign-in.js';

/** Algorithms that the issuer has keys for. */
export type TestAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'ES384';

interface IssuerKey {
  readonly kid: string;
  readonly alg: TestAlgorithm;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly publicKey: Awaited<ReturnType<typeof generateKeyPair>>['publicKey'];
  readonly jwk: JWK;
}

/** What a token says beside the usual. A claim that is undefined is left out. */
export interface TokenWish {
  readonly claims?: JWTPayload;
  readonly header?: { readonly typ?: string; readonly kid?: string };
  /** Which of its keys signs; the newest unless told. */
  readonly kid?: string;
}

/** What it was made for in tests. */
export const TEST_AUDIENCE = 'https://tocsin.test';

/** An OpenID provider, as far as a server sees one: it signs, publishes its keys, rotates them, and is away or hangs when told. */
export class TestIssuer {
  /** `up` answers; `away` says 503; `hanging` answers nothing. */
  state: 'up' | 'away' | 'hanging' = 'up';
  /** How often its keys were asked for. */
  asked = 0;
  private keys: readonly IssuerKey[] = [];
  private made = 0;
  private readonly removed = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly nowMs: () => number,
  ) {
    server.on('request', (request, response) => {
      if (this.state !== 'hanging') void this.answer(request, response);
    });
  }

  /** Where people sign in; without it nobody does. */
  signIn: TestSignIn | undefined;

  /** Opens one with a key of an algorithm, on a free port. */
  static async open(nowMs: () => number, alg: TestAlgorithm = 'ES256'): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const issuer = new TestIssuer(server, nowMs);
    await issuer.addKey(alg);
    return issuer;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Publishes one more key and signs with it; returns its id. */
  async addKey(alg: TestAlgorithm = 'ES256'): Promise<string> {
    this.made += 1;
    const kid = `key-${this.made}`;
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    this.keys = [...this.keys, { kid, alg, privateKey, publicKey, jwk }];
    return kid;
  }

  /** Publishes a key no more; it still signs for whoever has it. */
  removeKey(kid: string): void {
    this.removed.add(kid);
  }

  /** The public half of the newest key, PEM. */
  publicPem(): Promise<string> {
    return exportSPKI(this.newest().publicKey);
  }

  /** A token of somebody in some groups, as a provider makes it: for five minutes from now. */
  async token(groups: readonly string[], { claims = {}, header = {}, kid }: TokenWish = {}): Promise<string> {
    const key = this.keys.find((each) => each.kid === kid) ?? this.newest();
    const signed = new SignJWT(this.claimsOf(groups, claims));
    return signed.setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header }).sign(key.privateKey);
  }

  /** The same, signed with a secret: what somebody forges who takes the public key for one. */
  async tokenBySecret(groups: readonly string[], secret: string): Promise<string> {
    const signed = new SignJWT(this.claimsOf(groups));
    return signed.setProtectedHeader({ alg: 'HS256', kid: this.newest().kid }).sign(new TextEncoder().encode(secret));
  }

  /** The same, not signed at all. */
  tokenOfNobody(groups: readonly string[]): string {
    return new UnsecuredJWT(this.claimsOf(groups)).encode();
  }

  /** Ends it; whoever waits is cut off. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** Lets people sign in at it, too. */
  openSignIn(client: Pick<SignInWish, 'clientId' | 'redirectUri' | 'groups'>): TestSignIn {
    const wish = { lastsS: 300, refreshes: true, error: undefined, claims: {}, answer: {}, ...client };
    this.signIn = new TestSignIn(wish, {
      issuer: this.issuer,
      nowMs: this.nowMs,
      accessToken: (claims) => this.token(client.groups, { claims }),
      idToken: (claims) => this.token([], { claims, header: { typ: 'JWT' } }),
    });
    return this.signIn;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Read by pages of whatever origin; nothing of theirs is sent along.
    response.setHeader('access-control-allow-origin', '*');
    if (this.state === 'up' && (await this.signIn?.answer(request, response)) === true) return;
    const { issuer } = this;
    const isKeys = request.url === '/keys';
    if (isKeys) this.asked += 1;
    const doors = {
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      end_session_endpoint: `${issuer}/end`,
    };
    const body = isKeys
      ? { keys: this.keys.flatMap(({ kid, jwk }) => (this.removed.has(kid) ? [] : [jwk])) }
      : { issuer, jwks_uri: `${issuer}/keys`, ...(this.signIn === undefined ? {} : doors) };
    response.writeHead(this.state === 'up' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private claimsOf(groups: readonly string[], claims: JWTPayload = {}): JWTPayload {
    const now = Math.floor(this.nowMs() / 1_000);
    const usual = {
      iss: this.issuer,
      aud: TEST_AUDIENCE,
      sub: 'u-1',
      preferred_username: 'ana',
      iat: now,
      exp: now + 300,
    };
    return { ...usual, groups, ...claims };
  }

  private newest(): IssuerKey {
    const key = this.keys.at(-1);
    if (key === undefined) throw new Error('the issuer has no key');
    return key;
  }
}
