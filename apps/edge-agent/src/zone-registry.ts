import { ZONES_HELD_MAX, zonePageSchema } from '#contracts';
import type { Clock } from './clock.js';
import type { GatewayReader } from './gateway-client.js';

/** How often the gateway is asked for new zones: until then they are named by the dictionary. */
const LOOK_EVERY_MS = 30_000;
/** The longest pause after answers that were of no use; an old gateway is asked this often whether it was replaced. */
const BACKOFF_MS_MAX = 300_000;

type Look = 'more' | 'done' | 'failed';

/**
 * The ids of zones as the gateway tells them. Without them nothing is lost: batches then name their zones. An id is held for as long
 * as the gateway knows it:
 * - it answers 404: it is older than the registry, or was put back to what is. Whoever counts behind it may not know ids either.
 * - its newest id is below one that is held: it is another registry.
 * In both cases everything is forgotten.
 */
export class ZoneRegistry {
  private readonly ids = new Map<string, number>();
  private after = 0;

  constructor(
    private readonly gateway: GatewayReader,
    private readonly clock: Clock,
    private readonly say: (line: string) => void,
  ) {}

  /** The id of a zone; undefined when it is not known to have one. */
  readonly idOf = (zone: string): number | undefined => this.ids.get(zone);

  /** Follows the registry until the signal is aborted; never fails. */
  async follow(signal: AbortSignal): Promise<void> {
    let waitMs = LOOK_EVERY_MS;
    while (!signal.aborted) {
      const look = await this.look();
      if (look === 'more') continue;
      if (look === 'done') waitMs = LOOK_EVERY_MS;
      await this.clock.sleep(waitMs, signal);
      if (look === 'failed') waitMs = Math.min(2 * waitMs, BACKOFF_MS_MAX);
    }
  }

  private async look(): Promise<Look> {
    // What fails here fails for batches too, and is said there.
    const answer = await this.gateway.get(`/v1/registry/zones?after=${this.after}`).catch(() => undefined);
    if (answer?.status === 404) this.forget();
    return answer?.status === 200 ? this.take(answer.body) : 'failed';
  }

  private take(body: string): Look {
    const page = readPage(body);
    if (page === undefined) return 'failed';
    if (page.newest < this.after) {
      this.say('the gateway has another registry of zones: it is read from its start');
      this.forget();
      return page.newest > 0 ? 'more' : 'done';
    }
    const before = this.after;
    for (const [index, id] of page.ids.entries()) {
      if (this.ids.size < ZONES_HELD_MAX) this.ids.set(page.zones[index] ?? '', id);
      this.after = Math.max(this.after, id);
    }
    const hasMore = this.after > before && this.after < page.newest;
    return hasMore && this.ids.size < ZONES_HELD_MAX ? 'more' : 'done';
  }

  private forget(): void {
    this.ids.clear();
    this.after = 0;
  }
}

const readPage = (body: string) => {
  try {
    return zonePageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};
