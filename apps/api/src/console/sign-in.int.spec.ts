import { type Browser, chromium, type Page } from 'playwright-core';
import { systemClock } from '#runtime';
import {
  CHROMIUM_PATH,
  describeChromium,
  openTestDatabase,
  type ServedRoles,
  serveRoles,
  TEST_AUDIENCE,
  type TestDatabase,
  TestIssuer,
  type TestSignIn,
  until,
} from '#testing';
import { api } from '../api.role.js';

/** Where the person is when asked to sign in. */
const DEEP = '/rules?rule=nobody';

describeChromium('signing in by an issuer', () => {
  let test: TestDatabase;
  let issuer: TestIssuer;
  let served: ServedRoles;
  let browser: Browser;
  beforeAll(async () => {
    test = await openTestDatabase();
    issuer = await TestIssuer.open(systemClock.nowMs);
    const oidc = {
      issuer: issuer.issuer,
      audience: TEST_AUDIENCE,
      jwksUrl: undefined,
      roleClaim: 'groups',
      groups: [['sre', 'operator']] as const,
      signIn: { issuer: issuer.issuer, clientId: 'console', scopes: ['openid'], origins: [issuer.issuer] },
    };
    served = await serveRoles([api], test, { oidc });
    browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await served.close();
    await issuer.close();
    await test.close();
  });

  let page: Page;
  let signIn: TestSignIn;
  /** What the browser refused or could not do. */
  let complaints: string[];
  /** How often a socket was let in. */
  let letIn: number;
  beforeEach(async () => {
    signIn = issuer.openSignIn({ clientId: 'console', redirectUri: `${served.url}/signed-in`, groups: ['sre'] });
    page = await (await browser.newContext()).newPage();
    [complaints, letIn] = [[], 0];
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => String(payload).includes('connection_ack') && (letIn += 1)),
    );
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${served.url}${DEEP}`);
  });
  afterEach(() => page.context().close());

  const leave = () => page.getByRole('button', { name: `Sign in with ${new URL(issuer.issuer).host}` }).click();
  // In the page, behind the name or beside it.
  const isIn = () => page.getByText('ana, operator').waitFor({ state: 'attached' });
  /** What the tab remembers of a sign-in. */
  const kept = () =>
    page.evaluate<string[]>("Object.keys(sessionStorage).filter((name) => name.startsWith('tocsin.'))");
  const address = (): string => page.url().slice(served.url.length);

  it('leads back to the page that was opened, as who the token says, and the socket takes the token too', async () => {
    await leave();
    await isIn();
    await until('its socket is let in', async () => letIn === 1);
    expect(address()).toBe(DEEP);
    expect(signIn.asked).toEqual(['authorization_code']);
    await page.reload();
    await isIn();
    expect([address(), signIn.asked]).toEqual([DEEP, ['authorization_code']]);
    expect(complaints).toEqual([]);
    expect(await page.context().storageState()).toEqual({ cookies: [], origins: [] });
  });

  it('goes on as long as the issuer renews it, and then ends without losing the page', async () => {
    signIn.wish.lastsS = 4;
    await leave();
    await isIn();
    await until('it was renewed twice', async () => signIn.asked.length >= 3);
    await until('its socket was let in with each token', async () => letIn >= 3);
    signIn.wish.refreshes = false;
    await page.getByRole('alert').getByText('Your session is over').waitFor();
    expect(address()).toBe(DEEP);
    signIn.wish.lastsS = 300;
    await leave();
    await isIn();
    expect(address()).toBe(DEEP);
  });

  it('ends at the issuer too, and nothing is left of it in the tab', async () => {
    await leave();
    await isIn();
    await page.getByText('Sign out').dispatchEvent('click');
    await page.getByLabel('API key').waitFor();
    await page.waitForURL(`${served.url}/`);
    expect(await kept()).toEqual([]);
  });

  it.each<[string, Partial<TestSignIn['wish']>, string]>([
    ['the answer to another sign-in', { answer: { state: 'forged' } }, 'not the answer'],
    ['a code of somebody else', { answer: { code: 'stolen' } }, 'invalid_grant'],
    ['an ID token of another sign-in', { claims: { nonce: 'n-2' } }, 'another sign-in'],
  ])('does not happen by %s: it says so, at the page that was opened', async (_what, spoilt, refused) => {
    Object.assign(signIn.wish, spoilt);
    await leave();
    await page.getByRole('alert').getByText(refused).waitFor();
    expect([address(), await kept()]).toEqual([DEEP, []]);
  });

  it('does not happen by a link that somebody sent, which begins nothing and is taken out of the address', async () => {
    await page.goto(`${served.url}/signed-in?code=theirs&state=theirs`);
    await page.getByRole('alert').getByText('not begun in this tab').waitFor();
    expect([address(), signIn.asked]).toEqual(['/', []]);
  });
});
