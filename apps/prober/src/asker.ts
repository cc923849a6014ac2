import type { Reply } from '#domain';

/** Where a target listens. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How a probe went out. */
export type Transport = 'udp' | 'tcp';

/** What came back, and when the question went out, in µs since the epoch. */
export interface Asking {
  readonly reply: Reply;
  readonly sentUs: number;
}

/** Asks one target. Never fails: what does not work is a reply too. */
export interface Asker {
  /** The packet is made with the id that was chosen for it. */
  readonly ask: (packetOf: (id: number) => Uint8Array) => Promise<Asking>;
  readonly close: () => void;
}

/** What askers count. */
export interface AskerCounts {
  /** Packets that answer no question that is open: strangers, wrong ids, and answers after the deadline. */
  strangers: number;
}

/** Who asks gives up after a second: so do resolvers. */
export const DEADLINE_MS = 1_000;
