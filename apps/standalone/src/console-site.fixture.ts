import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import type { PrincipalRole } from '#contracts';
import { CHROMIUM_PATH, until } from '#testing';
import { BreakableLine } from './breakable-line.fixture.js';
import { GOOD, isSame, NEXT, Site } from './rollout-site.fixture.js';
import { Tab } from './tab.fixture.js';
import { ToldFleet } from './told-fleet.fixture.js';

/** For what hangs: on a busy machine a page takes many seconds, and of twenty the last as long as all. */
const HANGS_MS = 180_000;
/** Twenty tabs in so many processes, not one each. */
const RENDERERS = 4;
/** Of the study: what the release failed on the nodes that had it. */
const STRUCK_FAILING = 0.77;
const HEALTHY_FAILING = 0.0005;

const REGIONS = ['us-east', 'us-west', 'europe', 'asia'];
const NODES_PER_REGION = 4;
const CUSTOMERS = 24;
const TIERS = ['tier1', 'tier2', 'tier3', 'tier3'] as const;

/** Sixteen nodes in four regions, for customers of all tiers. */
export const fleetOf2021 = (): ToldFleet =>
  new ToldFleet(
    REGIONS,
    NODES_PER_REGION,
    GOOD,
    Array.from({ length: CUSTOMERS }, (_, index) => {
      return { customerId: `c${index + 1}`, tier: TIERS[index % TIERS.length] ?? 'tier3', share: 1 / CUSTOMERS };
    }),
  );

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM_PATH,
    timeout: HANGS_MS,
    // The tests may run as root, in a container without the rights of a sandbox; the pages are our own.
    args: ['--no-sandbox', `--renderer-process-limit=${RENDERERS}`],
  });

/** A server with all of its roles, the fleet of 2021 in event time, a browser, and between server and browser a line that can break. */
export class ConsoleSite {
  readonly tabs: Tab[] = [];
  private readonly windows: BrowserContext[] = [];

  private constructor(
    readonly site: Site,
    readonly line: BreakableLine,
    readonly browser: Browser,
  ) {}

  static async open(): Promise<ConsoleSite> {
    const [site, browser] = await Promise.all([Site.open(fleetOf2021()), launch()]);
    return new ConsoleSite(site, await BreakableLine.to(Number(new URL(site.server.url).port)), browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.line.close();
    await this.site.close();
  }

  /** The release of the day reaches a quarter of the fleet, in every region. */
  async deploy(): Promise<readonly string[]> {
    const { server, fleet } = this.site;
    const nodes = REGIONS.flatMap((region) => fleet.in(region).slice(0, 1));
    for (const node of nodes) node.release = NEXT;
    const ids = nodes.map(({ nodeId }) => nodeId);
    const told = {
      rolloutId: 'rollout-2021',
      service: 'dns',
      release: NEXT,
      previous: GOOD,
      stage: 'batch-2',
      nodes: ids,
    };
    await server.signal({ type: 'deploy', ...told, atUs: server.nowMs * 1_000 });
    return ids;
  }

  /** From this second on the release fails where it runs, until another one does. */
  fail(): void {
    for (const node of this.site.fleet.nodes)
      node.failing = () => (isSame(node.release, NEXT) ? STRUCK_FAILING : HEALTHY_FAILING);
  }

  /** Tells so many seconds; the clocks of the browsers go with it. */
  async play(seconds: number): Promise<void> {
    await this.site.server.play(seconds);
    for (const window of this.windows) await window.clock.setFixedTime(this.site.server.nowMs);
  }

  /** A window of its own, with the clock of the server. */
  async window(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const viewport = { width: 1_440, height: 1_000 };
    const window = await this.browser.newContext({ viewport, baseURL: this.line.url, ...options });
    window.setDefaultTimeout(HANGS_MS);
    await window.clock.setFixedTime(this.site.server.nowMs);
    this.windows.push(window);
    return window;
  }

  /** A tab that is watched. */
  async tab(window: BrowserContext): Promise<Tab> {
    const tab = Tab.of(await window.newPage());
    this.tabs.push(tab);
    return tab;
  }

  /** A key as one types it. */
  keyOf(role: PrincipalRole): string {
    return this.site.keyOf(role).replace('Bearer ', '');
  }

  /** The position of the newest event, as REST says it. */
  async head(): Promise<number> {
    const { position } = await this.site.told('viewer', '/v1/events/head');
    return position as number;
  }

  /** Waits until a page Now says what Tocsin knows: every event, and the figures of the newest second. */
  async isCurrent(tab: Tab): Promise<void> {
    const stands = async (): Promise<boolean> => {
      const [{ position, healthAsOf }, head] = [await tab.standsAt(), await this.head()];
      const { asOf } = await this.site.told('viewer', '/v1/fleet');
      return position === head && Date.parse(healthAsOf) === asOf;
    };
    await until('the page stands where the log does', stands, HANGS_MS);
  }
}
