import type { Locator, Page } from 'playwright-core';
import { until } from '#testing';

/** Stops of the Tab key on a page: far more than any page of the tests has. */
const STOPS_MAX = 200;

/** A socket as the page used it: the positions of the events that came, in their order. */
interface Followed {
  readonly positions: number[];
  isOpen: boolean;
}

const positionIn = (frame: string): number | undefined => {
  const { payload } = JSON.parse(frame) as { payload?: { data?: { events?: { position: number } } } };
  return payload?.data?.events?.position;
};

/** A tab, and all that it asked, was refused and complained of. */
export class Tab {
  /** Whom it asked: `127.0.0.1:4711`. */
  readonly hosts = new Set<string>();
  /** Errors and warnings of the browser's console, what its policy forbade among them, and what was thrown. */
  readonly complaints: string[] = [];
  /** Answers that are none: 400 and above. */
  readonly refusals: string[] = [];
  readonly sockets: Followed[] = [];
  /** How often it was loaded. */
  documents = 0;

  private constructor(readonly page: Page) {}

  static of(page: Page): Tab {
    const tab = new Tab(page);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') tab.complaints.push(message.text());
    });
    page.on('pageerror', (error) => tab.complaints.push(error.message));
    page.on('request', (request) => {
      tab.hosts.add(new URL(request.url()).host);
      if (request.isNavigationRequest()) tab.documents += 1;
    });
    page.on('response', (response) => {
      if (response.status() >= 400) tab.refusals.push(`${response.status()} ${response.url()}`);
    });
    page.on('websocket', (socket) => {
      tab.hosts.add(new URL(socket.url()).host);
      const followed: Followed = { positions: [], isOpen: true };
      tab.sockets.push(followed);
      socket.on('framereceived', ({ payload }) => {
        const position = positionIn(String(payload));
        if (position !== undefined) followed.positions.push(position);
      });
      socket.on('close', () => (followed.isOpen = false));
    });
    return tab;
  }

  /** Takes back complaints of what was done on purpose. */
  forgive(expected: RegExp): void {
    const others = this.complaints.filter((complaint) => !expected.test(complaint));
    this.complaints.splice(0, this.complaints.length, ...others);
  }

  /** Comes in by the form, as a person does. */
  async signIn(key: string, path = '/'): Promise<void> {
    await this.page.goto(path);
    await this.page.getByLabel('API key').fill(key);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  }

  /** Acts by a button and what its dialog asks for, and answers what the dialog says against it. */
  async act(name: string, fill: Readonly<Record<string, string>>): Promise<readonly string[]> {
    await this.page.getByRole('button', { name, exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name });
    for (const [label, text] of Object.entries(fill)) await dialog.getByLabel(label).fill(text);
    await dialog.getByRole('button', { name, exact: true }).click();
    const said = dialog.getByRole('alert');
    await until(`${name} was sent`, async () => (await dialog.count()) === 0 || (await said.count()) > 0);
    return said.allTextContents();
  }

  /** Presses what is shown, without a mouse. */
  async press(target: Locator): Promise<void> {
    await this.#reach(target);
    await this.page.keyboard.press('Enter');
  }

  /** Types over what is in a field, without a mouse. */
  async type(field: Locator, text: string): Promise<void> {
    await this.#reach(field);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
  }

  /** Goes on with the Tab key until it is there. */
  async #reach(target: Locator): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop < STOPS_MAX; stop += 1) {
      if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`the Tab key does not come to ${String(target)}`);
  }

  /** What a screen reader is told of the page. */
  spoken(): Promise<string> {
    return this.page.getByRole('main').ariaSnapshot();
  }

  /** Of which moment the figures of the page Now are. */
  async standsAt(): Promise<{ readonly position: number; readonly healthAsOf: string; readonly impactAsOf: string }> {
    const now = this.page.locator('[data-position]');
    const of = async (name: string): Promise<string> => (await now.getAttribute(`data-${name}`)) ?? '';
    return {
      position: Number(await of('position')),
      healthAsOf: await of('health-as-of'),
      impactAsOf: await of('impact-as-of'),
    };
  }
}
