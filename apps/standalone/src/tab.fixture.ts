import type { Page } from 'playwright-core';

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
