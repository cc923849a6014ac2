import type { OidcSettings } from '#runtime';
import { type ServedRoles, TEST_AUDIENCE, type TestIssuer } from '#testing';

const MINUTE_S = 60;

/** Who must not pass anywhere, though each had the rights of an administrator: what is shown, and by which code it is refused. */
export type Strangers = readonly (readonly [what: string, shown: string | undefined, code: string])[];

/** Whose tokens are taken, and what its groups may do. */
export const oidcOf = ({ issuer }: TestIssuer): OidcSettings => ({
  issuer,
  audience: TEST_AUDIENCE,
  jwksUrl: `${issuer}/keys`,
  roleClaim: 'groups',
  groups: [
    ['admins', 'admin'],
    ['all', 'viewer'],
  ],
});

/** Keys and tokens that are none, any more or at all; the issuer's group `admins` may do what an administrator does. */
export const strangersOf = async (served: ServedRoles, issuer: TestIssuer): Promise<Strangers> => {
  const nowMs = served.parts.clock.nowMs();
  const nowS = Math.floor(nowMs / 1_000);
  const expired = await served.keyOf('admin', undefined, { expiresAt: nowMs - 1 });
  const by = async (claims: Readonly<Record<string, unknown>>) =>
    `Bearer ${await issuer.token(['admins'], { claims })}`;
  return [
    ['nothing', undefined, 'KEY_MISSING'],
    ['a key that nobody knows', 'Bearer nobody.knows-this-key', 'KEY_UNKNOWN'],
    ['a key that is over', expired, 'KEY_EXPIRED'],
    ['a token that is over', await by({ iat: nowS - 10 * MINUTE_S, exp: nowS - MINUTE_S }), 'TOKEN_EXPIRED'],
    ['a token that is kept too long', await by({ iat: nowS - 16 * MINUTE_S, exp: nowS + MINUTE_S }), 'TOKEN_EXPIRED'],
    ['a token for others', await by({ aud: 'https://other.test' }), 'TOKEN_INVALID'],
    ['a token of nobody: alg none', `Bearer ${issuer.tokenOfNobody(['admins'])}`, 'TOKEN_INVALID'],
    [
      'a token by the public key: HS256',
      `Bearer ${await issuer.tokenBySecret(['admins'], await issuer.publicPem())}`,
      'TOKEN_INVALID',
    ],
  ];
};

/** What came back: the code of a problem document, where it is one. */
export interface Asked {
  readonly status: number;
  readonly code: unknown;
}

/** Asks for a path. */
export type Send = (method: string, path: string, authorization: string | undefined, body?: string) => Promise<Asked>;

/** Asks a server; whoever would wait for something new is answered at once. */
export const senderTo =
  (base: string): Send =>
  async (method, path, authorization, body = '{}') => {
    const url = new URL(path, base);
    if (method === 'GET') url.searchParams.set('waitMs', '0');
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
    });
    const isProblem = (response.headers.get('content-type') ?? '').startsWith('application/problem+json');
    // A good answer is not read: it may be a stream without an end.
    if (!isProblem || method === 'HEAD') {
      await response.body?.cancel();
      return { status: response.status, code: undefined };
    }
    return { status: response.status, code: ((await response.json()) as { readonly code?: unknown }).code };
  };

/** Asks GraphQL: the status, and the codes of its errors. */
export const querierTo =
  (base: string) =>
  async (text: string, authorization: string | undefined): Promise<{ status: number; codes: unknown[] }> => {
    const response = await fetch(new URL('/graphql', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify({ query: text }),
    });
    const { errors = [] } = (await response.json()) as { errors?: { extensions?: { code?: unknown } }[] };
    return { status: response.status, codes: errors.map(({ extensions }) => extensions?.code) };
  };
