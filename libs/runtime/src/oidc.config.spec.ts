import { readRuntimeSettings } from './settings.js';

const TOLD = {
  OIDC_ISSUER: 'https://login.test/realms/ops',
  OIDC_AUDIENCE: 'tocsin',
  OIDC_ROLES: 'sre=operator, a=b=viewer,sre=engineering_vp',
};

describe('whose tokens are taken', () => {
  it('is nobody’s unless told; a group may hold =, and have two roles', () => {
    expect(readRuntimeSettings({}).oidc).toBeUndefined();
    expect(readRuntimeSettings(TOLD).oidc).toEqual({
      issuer: 'https://login.test/realms/ops',
      audience: 'tocsin',
      jwksUrl: undefined,
      roleClaim: 'groups',
      groups: [
        ['sre', 'operator'],
        ['a=b', 'viewer'],
        ['sre', 'engineering_vp'],
      ],
    });
  });

  it('says how the console signs people in, where it is a client of the issuer', () => {
    const signInOf = (told: object) =>
      readRuntimeSettings({ ...TOLD, OIDC_CLIENT_ID: 'console', ...told }).oidc?.signIn;
    expect(readRuntimeSettings(TOLD).oidc?.signIn).toBeUndefined();
    expect(signInOf({})).toEqual({
      issuer: 'https://login.test/realms/ops',
      clientId: 'console',
      scopes: ['openid', 'profile', 'email'],
      origins: ['https://login.test'],
    });
    expect(
      signInOf({ OIDC_SCOPES: ' openid  offline_access ', OIDC_TOKEN_ORIGIN: 'https://tokens.test' }),
    ).toMatchObject({
      scopes: ['openid', 'offline_access'],
      origins: ['https://login.test', 'https://tokens.test'],
    });
  });

  it.each([
    [{ OIDC_SCOPES: 'profile email' }, 'expected openid among them'],
    [{ OIDC_SCOPES: 'openid "all"' }, 'expected scopes'],
    [{ OIDC_TOKEN_ORIGIN: 'https://tokens.test/oauth2' }, 'without a path'],
    [{ OIDC_TOKEN_ORIGIN: 'https://tokens.test; script-src *' }, 'OIDC_TOKEN_ORIGIN'],
    [{ OIDC_TOKEN_ORIGIN: 'http://tokens.test' }, 'expected https'],
    [{ OIDC_ISSUER: 'http://login.test' }, 'expected https'],
    [{ OIDC_ISSUER: 'login.test' }, 'OIDC_ISSUER'],
    [{ OIDC_JWKS_URL: 'http://login.test/keys' }, 'expected https'],
    [{ OIDC_ROLES: 'sre' }, 'expected group=role'],
    [{ OIDC_ROLES: '=viewer' }, 'expected group=role'],
    [{ OIDC_ROLES: 'sre=king' }, 'the roles of tokens are'],
    [{ OIDC_ROLES: 'agents=node' }, 'the roles of tokens are'],
    [{ OIDC_ROLES: Array.from({ length: 101 }, (_, n) => `g${n}=viewer`).join(',') }, 'at most 100'],
    [{ OIDC_ROLES: undefined }, 'OIDC_ROLES: needed where tokens are taken'],
    [{ OIDC_AUDIENCE: undefined }, 'OIDC_AUDIENCE: needed where tokens are taken'],
  ])('is refused at the start where it is half told or wrong: %j', (changes, problem) => {
    expect(() => readRuntimeSettings({ ...TOLD, ...changes })).toThrow(problem);
  });

  it('is needed where the console should sign people in with it', () => {
    for (const told of [{ OIDC_CLIENT_ID: 'console' }, { OIDC_TOKEN_ORIGIN: 'https://tokens.test' }])
      expect(() => readRuntimeSettings(told)).toThrow('OIDC_ISSUER: needed where tokens are taken');
  });

  it('may be somebody on this machine without TLS', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(readRuntimeSettings({ ...TOLD, OIDC_ISSUER: `http://${host}:8080` }).oidc).toBeDefined();
  });
});
