import {
  GATEWAY_KEY_ID,
  makeTag,
  type NodeKey,
  nodeKeyOf,
  nodeKeySecret,
  type TaggedMessage,
  type TagPolicy,
} from '#contracts';
import type { ChangedNodeKey, NodeKeyRepository } from '#store';
import type { Clock } from './clock.js';

/** The keys of all nodes, in memory, and the gateway's own. */
export interface NodeKeyring extends TagPolicy {
  /** Looks now, for what was just issued or revoked. */
  readonly refresh: () => Promise<void>;
  /**
   * Resolves when a key that is not known of these was looked for; never fails. `usedAtMs` is when it was used by the log's clock: a
   * look that began later has found it, and there is no further one. Without it a look is made in any case.
   */
  readonly learn: (keyIds: readonly (string | undefined)[], usedAtMs?: number) => Promise<void>;
  /** The secret of a key, to be shown once. */
  readonly secretOf: (keyId: string) => string;
  /** Tags a message with the gateway's own key. */
  readonly vouch: (message: Omit<TaggedMessage, 'keyId'>) => { readonly keyId: string; readonly tag: string };
}

/** A keyring that follows the registry. */
export interface RunningNodeKeyring extends NodeKeyring {
  readonly stop: () => Promise<void>;
}

/** What a keyring is made of. */
export interface NodeKeyringParts {
  readonly repository: Pick<NodeKeyRepository, 'changedAfter'>;
  readonly clock: Clock;
  /** All keys are derived from it. */
  readonly fleetSecret: string;
  readonly isRequired: boolean;
  /** Told of each look that failed. */
  readonly onError: (error: Error) => void;
}

/** How often changes are asked for, one indexed look: so late at most is a revocation known, while the database answers. */
const LOOK_EVERY_MS = 5_000;
/** Looks for unknown keys at most so often: whoever asks in between waits for the next, so that no fresh key is refused. */
const EARLY_LOOK_EVERY_MS = 250;
/** How far the log's clock may be from ours. */
const SKEW_MS = 5_000;
/**
 * How long after its recording a revocation takes effect in the log. Longer than a look, the longest append (10 s) and the skew of
 * clocks together: the gateway, which refuses a key as soon as it knows, has let through nothing that readers will refuse; and
 * readers know before the first record that is concerned, so that each counts for all of them or for none.
 */
export const REVOCATION_DELAY_MS = 30_000;
/** Revoked keys are known as long as records of theirs can be in the log: a week and a day. Afterwards they are unknown. */
const REVOKED_KEPT_MS = 8 * 86_400_000;

/** What is known of the registry: as many keys as were valid in the last days. */
class KnownKeys {
  private position = 0;
  private readonly keys = new Map<string, { readonly row: ChangedNodeKey; key?: NodeKey }>();
  private readonly gateway: NodeKey;

  constructor(private readonly parts: NodeKeyringParts) {
    const key = nodeKeyOf(nodeKeySecret(parts.fleetSecret, GATEWAY_KEY_ID));
    this.gateway = { key, nodeId: undefined, revokedAtMs: undefined };
  }

  find(keyId: string): NodeKey | undefined {
    if (keyId === GATEWAY_KEY_ID) return this.gateway;
    const known = this.keys.get(keyId);
    if (known === undefined) return undefined;
    const { nodeId, revokedAt } = known.row;
    const { fleetSecret } = this.parts;
    // Derived at its first use: a reader of one partition never sees the keys of the others.
    known.key ??= { key: nodeKeyOf(nodeKeySecret(fleetSecret, keyId)), nodeId, revokedAtMs: revokedAt ?? undefined };
    return known.key;
  }

  async look(): Promise<void> {
    const keptFromMs = this.parts.clock.nowMs() - REVOKED_KEPT_MS;
    const changed = await this.parts.repository.changedAfter(this.position, keptFromMs);
    for (const row of changed) this.keys.set(row.keyId, { row });
    this.position = changed.at(-1)?.changedPosition ?? this.position;
    if (changed.length === 0) return;
    for (const [keyId, { row }] of this.keys)
      if (row.revokedAt !== null && row.revokedAt < keptFromMs) this.keys.delete(keyId);
  }
}

/** Looks one after the other; whoever asks shares the next one that begins. */
class Looks {
  /** The last look failed: nobody waits for further ones, unknown keys are refused while the database is away. */
  private isAway = false;
  private beganAtMs = 0;
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(
    private readonly keys: KnownKeys,
    private readonly parts: NodeKeyringParts,
    private readonly stopping: AbortSignal,
  ) {}

  now(): Promise<void> {
    const looked = this.running.then(() => this.look());
    this.running = looked.catch(() => undefined);
    return looked;
  }

  async learn(usedAtMs: number): Promise<void> {
    if (this.isAway || this.beganAtMs > usedAtMs + SKEW_MS) return;
    this.next ??= this.early();
    await this.next;
  }

  private async early(): Promise<void> {
    const { clock, onError } = this.parts;
    const waitMs = this.beganAtMs + EARLY_LOOK_EVERY_MS - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, this.stopping);
    await this.running;
    // From here on it is the running one: who asks later needs another.
    this.next = undefined;
    await this.now().catch(onError);
  }

  private async look(): Promise<void> {
    this.beganAtMs = this.parts.clock.nowMs();
    this.isAway = await this.keys.look().then(
      () => false,
      (error: unknown) => {
        this.isAway = true;
        throw new Error('look for keys of nodes', { cause: error });
      },
    );
  }
}

/**
 * Loads the keys and follows them; a failed look is told and repeated. While the database is away what is known stays valid: a fleet
 * whose keys cannot be looked up goes on reporting, and only keys issued in the seconds before are refused, by name.
 */
export const followNodeKeys = async (parts: NodeKeyringParts): Promise<RunningNodeKeyring> => {
  const { clock, fleetSecret, isRequired, onError } = parts;
  const keys = new KnownKeys(parts);
  const stopping = new AbortController();
  const looks = new Looks(keys, parts, stopping.signal);
  await looks.now();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, stopping.signal);
      if (!stopping.signal.aborted) await looks.now().catch(onError);
    }
  };
  const running = run();
  const find = (keyId: string): NodeKey | undefined => keys.find(keyId);
  const gatewayKey = find(GATEWAY_KEY_ID)!.key;
  return {
    isRequired,
    find,
    refresh: () => looks.now(),
    learn: async (keyIds, usedAtMs = Number.POSITIVE_INFINITY) => {
      if (keyIds.some((keyId) => keyId !== undefined && find(keyId) === undefined)) await looks.learn(usedAtMs);
    },
    secretOf: (keyId) => nodeKeySecret(fleetSecret, keyId),
    vouch: (message) => ({ keyId: GATEWAY_KEY_ID, tag: makeTag({ ...message, keyId: GATEWAY_KEY_ID }, gatewayKey) }),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
