import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';

/** What an issuer does when somebody signs in; a test changes it as it goes. */
export interface SignInWish {
  /** Who may sign in through whom: the public client, and the one address that it is sent back to. */
  readonly clientId: string;
  readonly redirectUri: string;
  readonly groups: readonly string[];
  /** Seconds that its tokens last. */
  lastsS: number;
  /** Whether it gives refresh tokens; each is good once. */
  refreshes: boolean;
  /** What it sends back in the place of a code. */
  error: string | undefined;
  /** Claims of the ID token that are not as they should be. */
  claims: JWTPayload;
  /** Parameters of its answer that are not as they should be. */
  answer: Readonly<Record<string, string>>;
}

/** What it signs tokens with. */
export interface SignInParts {
  readonly issuer: string;
  readonly nowMs: () => number;
  readonly accessToken: (claims: JWTPayload) => Promise<string>;
  readonly idToken: (claims: JWTPayload) => Promise<string>;
}

interface Asked {
  readonly challenge: string;
  readonly nonce: string;
}

type Told = Readonly<Record<string, unknown>>;
const REFUSED = (error: string): Told => ({ error });

/** The doors of an issuer at which people sign in: authorization code with PKCE, refresh tokens, the end of a session. It asks nobody for a password. */
export class TestSignIn {
  /** How often a token was asked for, by grant. */
  readonly asked: string[] = [];
  private readonly codes = new Map<string, Asked>();
  private readonly refreshTokens = new Set<string>();

  constructor(
    readonly wish: SignInWish,
    private readonly parts: SignInParts,
  ) {}

  /** Takes a request, if it is one of these. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.parts.issuer);
    if (pathname === '/authorize') this.authorize(searchParams, response);
    else if (pathname === '/end') this.end(searchParams, response);
    else if (pathname === '/token') await this.token(request, response);
    else return false;
    return true;
  }

  private authorize(asked: URLSearchParams, response: ServerResponse): void {
    const { clientId, redirectUri, error, answer } = this.wish;
    const isRegistered = asked.get('client_id') === clientId && asked.get('redirect_uri') === redirectUri;
    const isProved = asked.get('response_type') === 'code' && asked.get('code_challenge_method') === 'S256';
    if (!isRegistered || !isProved) return void response.writeHead(400).end('no such client, address or proof');
    const code = randomUUID();
    this.codes.set(code, { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') ?? '' });
    const back = new URL(redirectUri);
    const said = {
      state: asked.get('state') ?? '',
      iss: this.parts.issuer,
      ...(error === undefined ? { code } : { error }),
    };
    for (const [name, value] of Object.entries({ ...said, ...answer })) back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  private end(asked: URLSearchParams, response: ServerResponse): void {
    const to = asked.get('post_logout_redirect_uri') ?? '';
    const isOurs = to === new URL('/', this.wish.redirectUri).href;
    this.refreshTokens.clear();
    response.writeHead(isOurs ? 302 : 400, isOurs ? { location: to } : {}).end();
  }

  private async token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const grant = form.get('grant_type') ?? '';
    this.asked.push(grant);
    const told = await (grant === 'refresh_token' ? this.refresh(form) : this.exchange(form));
    response.writeHead('error' in told ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  }

  private async exchange(form: URLSearchParams): Promise<Told> {
    const code = form.get('code') ?? '';
    const asked = this.codes.get(code);
    this.codes.delete(code);
    const { clientId, redirectUri } = this.wish;
    if (form.get('client_id') !== clientId || form.get('redirect_uri') !== redirectUri)
      return REFUSED('invalid_client');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return asked?.challenge === proof ? this.tokens({ nonce: asked.nonce }) : REFUSED('invalid_grant');
  }

  private async refresh(form: URLSearchParams): Promise<Told> {
    const isKnown = this.refreshTokens.delete(form.get('refresh_token') ?? '');
    return isKnown ? this.tokens({}) : REFUSED('invalid_grant');
  }

  private async tokens(own: JWTPayload): Promise<Told> {
    const { clientId, lastsS, refreshes, claims } = this.wish;
    const exp = Math.floor(this.parts.nowMs() / 1_000) + lastsS;
    const refreshToken = randomUUID();
    if (refreshes) this.refreshTokens.add(refreshToken);
    return {
      token_type: 'Bearer',
      access_token: await this.parts.accessToken({ exp }),
      id_token: await this.parts.idToken({ aud: clientId, exp, ...own, ...claims }),
      expires_in: lastsS,
      ...(refreshes ? { refresh_token: refreshToken } : {}),
    };
  }
}
