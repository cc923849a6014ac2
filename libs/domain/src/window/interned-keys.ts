import { KEY_SEPARATOR } from '#contracts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Most keys that are remembered, four times those of 10,000 customers; beyond it all are forgotten. */
const KEYS_MAX = 400_000;
/** Prime and offset basis of FNV-1a, 32 bits (draft-eastlake-fnv). */
const FNV_PRIME = 0x0100_0193;
const FNV_BASIS = 0x811c_9dc5;
const SLOTS_FIRST = 1_024;
const BYTES_FIRST = 16_384;

const hashOf = (bytes: Uint8Array): number => {
  let hash = FNV_BASIS;
  for (let i = 0; i < bytes.length; i += 1) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash;
};

/**
 * Keys, found by the bytes of their names: the same bytes give the same number and the same string object, so that a reader of
 * millions of cells neither decodes text nor hashes it again.
 */
export class InternedKeys {
  /** Numbers are valid for one of these; it is another one after everything was forgotten. */
  table: object = {};
  private slots = new Int32Array(SLOTS_FIRST).fill(-1);
  private hashes = new Int32Array(SLOTS_FIRST);
  /** All names one after the other; key i ends where i + 1 starts, and a joined key has no bytes. */
  private bytes = new Uint8Array(BYTES_FIRST);
  private starts: number[] = [0];
  private keys: string[] = [];
  private names = 0;
  /** Second part → number of the first → number of the joined key, -1 where there is none. */
  private joined = new Map<string, number[]>();

  /** Keeps within the bound; when it was reached, numbers given before are not valid any more. */
  beginRecord(): void {
    if (this.keys.length >= KEYS_MAX) Object.assign(this, new InternedKeys());
  }

  /** The number of a name; throws when its bytes are not UTF-8. */
  numberOf(name: Uint8Array): number {
    const hash = hashOf(name);
    const slot = this.find(name, hash);
    const known = this.slots[slot]!;
    return known >= 0 ? known : this.add(name, hash, slot);
  }

  key(number: number): string {
    return this.keys[number]!;
  }

  /** The number of a name joined with a second part. */
  join(name: number, part: string): number {
    const byName = this.joined.get(part) ?? [];
    const known = byName[name] ?? -1;
    if (known >= 0) return known;
    // Without holes arrays stay fast.
    while (byName.length <= name) byName.push(-1);
    const number = this.keys.push(`${this.keys[name]}${KEY_SEPARATOR}${part}`) - 1;
    this.starts.push(this.starts[number]!);
    byName[name] = number;
    this.joined.set(part, byName);
    return number;
  }

  private find(name: Uint8Array, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot]! >= 0 && !(this.hashes[slot] === hash && this.isName(this.slots[slot]!, name)))
      slot = (slot + 1) & mask;
    return slot;
  }

  private isName(number: number, name: Uint8Array): boolean {
    const start = this.starts[number]!;
    if (this.starts[number + 1]! - start !== name.length) return false;
    for (let i = 0; i < name.length; i += 1) if (this.bytes[start + i] !== name[i]) return false;
    return true;
  }

  private add(name: Uint8Array, hash: number, slot: number): number {
    const text = UTF8.decode(name);
    const number = this.keys.push(text) - 1;
    this.keepBytes(name, number);
    this.slots[slot] = number;
    this.hashes[slot] = hash;
    this.names += 1;
    if (2 * this.names > this.slots.length) this.grow();
    return number;
  }

  private keepBytes(name: Uint8Array, number: number): void {
    const start = this.starts[number]!;
    if (start + name.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(start + name.length, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(name, start);
    this.starts.push(start + name.length);
  }

  private grow(): void {
    const { slots, hashes } = this;
    this.slots = new Int32Array(2 * slots.length).fill(-1);
    this.hashes = new Int32Array(2 * slots.length);
    const mask = this.slots.length - 1;
    for (let from = 0; from < slots.length; from += 1) {
      if (slots[from]! < 0) continue;
      let slot = hashes[from]! & mask;
      while (this.slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = slots[from]!;
      this.hashes[slot] = hashes[from]!;
    }
  }
}
