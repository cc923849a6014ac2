import type { ChainLink } from './chain-row.js';

/** A row by its place in a stream. */
export interface StreamPlace {
  readonly stream: string;
  readonly version: number;
}

/** The hashes of rows by their places; null where there is no such row. In the order asked. */
export type HashesAt = (places: readonly StreamPlace[]) => Promise<readonly (string | null)[]>;

/**
 * Streams of which the newest row is remembered, twice: 25 MB at most. Most streams end soon after they began; of one that comes back
 * later, the row before is looked up.
 */
const STREAMS_MAX = 50_000;

interface End {
  version: number;
  hash: string;
}

/** The newest row that was seen of each stream: what the next one of it follows. Holds the streams that were seen last. */
export class StreamEnds {
  private young = new Map<string, End>();
  private old: ReadonlyMap<string, End> = new Map();

  /** `hashesAt`: looks up what is not remembered. `streamsMax`: streams before the older half is forgotten. */
  constructor(
    private readonly hashesAt: HashesAt,
    private readonly streamsMax = STREAMS_MAX,
  ) {}

  /** For each of the next rows in the order of positions the hash of the row before it in its stream; null: there is none. */
  async before(rows: readonly ChainLink[]): Promise<readonly (string | null)[]> {
    const unknown: number[] = [];
    const hashes = rows.map((row, index) => {
      const { version } = row;
      const end = this.replaced(row);
      if (end?.version === version - 1) return end.hash;
      if (version > 1) unknown.push(index);
      return null;
    });
    if (unknown.length === 0) return hashes;
    const places = unknown.map((index) => ({
      stream: rows[index]?.stream ?? '',
      version: (rows[index]?.version ?? 0) - 1,
    }));
    const found = await this.hashesAt(places);
    unknown.forEach((index, asked) => (hashes[index] = found[asked] ?? null));
    return hashes;
  }

  /** Makes the row the newest of its stream; answers the one before it. */
  private replaced({ stream, version, hash }: ChainLink): End | undefined {
    const end = this.young.get(stream) ?? this.old.get(stream);
    if (this.young.size === this.streamsMax) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(stream, { version, hash });
    return end;
  }
}
