/** Bits of a block: 64 octets, one line of the processor's cache, so that a look-up waits for memory once per generation. */
const WORDS_PER_BLOCK = 16;
/** Blocks of a generation: 1 MiB. Twice as many would lift an agent at 50,000 messages a second above its 80 MB (measured). */
const BLOCKS = 16_384;
/** The bits of a hash that choose one. */
const BLOCK_SHIFT = 32 - Math.log2(BLOCKS);
/** Generations: with four of 8 h a name is remembered for at least 24 h and at most 32 h, in 4 MiB. */
const GENERATIONS = 4;
/** How long names are added to a generation. */
export const GENERATION_US = 8 * 3_600_000_000;
/** Bits per name: at 33 bits of memory per name, more would only fill the filter. */
const PROBES = 8;
/**
 * Names of a generation, 33 bits each. Then a name that was never added is found in one of four full generations once in 18,000 times
 * (measured): an attack of a million random names is 55 outcomes that look wrong, 0.006 % of what it asked; a healthy fleet fails 0.05 %.
 */
export const GENERATION_NAMES_MAX = 250_000;

/** 2^32 divided by the golden ratio: makes another hash of one. */
const GOLDEN = 0x9e3779b9;

/** MurmurHash3's last step: every bit of the result depends on every bit. */
const finish = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};

/**
 * Bloom filters of names by two hashes of 32 bits, one per generation. A name that was added is found for `GENERATIONS - 1` whole
 * generations; one that was not is found once in 18,000 times at most, because a generation that is full is ended early: a node that
 * answers more names remembers less long, and is not mistaken more often.
 */
export class NameFilter {
  /** Generations that were full before their time. */
  fullGenerations = 0;
  private readonly words = new Uint32Array(GENERATIONS * BLOCKS * WORDS_PER_BLOCK);
  /** The bits of a block that one name has; filled anew for each. */
  private readonly probes = new Uint16Array(PROBES);
  /** The one that names are added to; the next one is the oldest. */
  private current = 0;
  private names = 0;
  private fromUs = Number.NEGATIVE_INFINITY;

  /** Adds a name. Time does not go back. */
  add(hash: number, other: number, nowUs: number): void {
    this.turn(nowUs);
    if (this.names >= GENERATION_NAMES_MAX) {
      this.fullGenerations += 1;
      this.begin(nowUs);
    }
    if (this.put(this.blockOf(hash), hash, other)) this.names += 1;
  }

  /** Whether a name was added, or is one in 18,000 that was not. */
  has(hash: number, other: number, nowUs: number): boolean {
    this.turn(nowUs);
    const block = this.blockOf(hash);
    this.choose(hash, other);
    for (let generation = 0; generation < GENERATIONS; generation += 1) if (this.isIn(generation, block)) return true;
    return false;
  }

  /** Goes on to the generation of a time; of those that nothing was added to none is left out. */
  private turn(nowUs: number): void {
    if (nowUs < this.fromUs + GENERATION_US) return;
    const passed = Math.min(GENERATIONS, Math.floor((nowUs - this.fromUs) / GENERATION_US));
    for (let i = 0; i < passed; i += 1) this.begin(nowUs);
  }

  private begin(nowUs: number): void {
    this.current = (this.current + 1) % GENERATIONS;
    this.names = 0;
    this.fromUs = nowUs;
    const size = BLOCKS * WORDS_PER_BLOCK;
    this.words.fill(0, this.current * size, (this.current + 1) * size);
  }

  private blockOf(hash: number): number {
    return (finish(hash) >>> BLOCK_SHIFT) * WORDS_PER_BLOCK;
  }

  /** Sets the bits of a name; whether one of them was not set. */
  private put(block: number, hash: number, other: number): boolean {
    const { words, probes } = this;
    const start = this.current * BLOCKS * WORDS_PER_BLOCK + block;
    this.choose(hash, other);
    let isNew = false;
    for (let i = 0; i < PROBES; i += 1) {
      const at = start + (probes[i]! >>> 5);
      const bit = 1 << (probes[i]! & 31);
      if ((words[at]! & bit) !== 0) continue;
      words[at]! |= bit;
      isNew = true;
    }
    return isNew;
  }

  private isIn(generation: number, block: number): boolean {
    const { words, probes } = this;
    const start = generation * BLOCKS * WORDS_PER_BLOCK + block;
    for (let i = 0; i < PROBES; i += 1)
      if ((words[start + (probes[i]! >>> 5)]! & (1 << (probes[i]! & 31))) === 0) return false;
    return true;
  }

  /** Nine bits of the hashes for each probe: with fewer, names of one block that share them all would be what is mistaken most. */
  private choose(hash: number, other: number): void {
    const { probes } = this;
    const [a, b, c] = [finish(other), finish(other ^ GOLDEN), finish(hash ^ GOLDEN)];
    probes[0] = a & 511;
    probes[1] = (a >>> 9) & 511;
    probes[2] = (a >>> 18) & 511;
    probes[3] = b & 511;
    probes[4] = (b >>> 9) & 511;
    probes[5] = (b >>> 18) & 511;
    probes[6] = c & 511;
    probes[7] = (c >>> 9) & 511;
  }
}
