import {
  decoderFor,
  CONTENT_TYPE,
  dictionaryOf,
  encodeProtobuf,
  isRefusal,
  type ZoneDictionary,
  zoneHash,
} from '#contracts';
import { batchOf } from './slot-fold.fixture.js';
import { ZoneIds } from './zone-ids.js';

/** Two zones with the same hash: of 300,000 names some ten pairs have 32 bits alike. */
const collidingPair = (): readonly [string, string] => {
  const byHash = new Map<number, string>();
  for (let i = 0; i < 300_000; i += 1) {
    const name = `zone-${i}.example`;
    const hash = zoneHash(name);
    const other = byHash.get(hash);
    if (other !== undefined) return [other, name];
    byHash.set(hash, name);
  }
  throw new Error('no two names have the same hash');
};

const dictionaryWith = (zones: readonly string[]): ZoneDictionary => {
  const outcome = { node: 0, release: 'v1', atUs: 1e15, code: 0, latencyUs: 1, weight: 1 };
  const batch = batchOf(zones.map((zone) => ({ ...outcome, zone })));
  const decoded = decoderFor(CONTENT_TYPE.protobuf)?.decode(encodeProtobuf({ ...batch, published: batch.n }), {});
  if (decoded === undefined || isRefusal(decoded)) throw new Error(`not decoded: ${decoded?.detail}`);
  return dictionaryOf(decoded)!;
};

describe('zones by number', () => {
  const [one, other] = collidingPair();

  it('of two names with one hash each has its own, found by name and by bytes', () => {
    const zones = new ZoneIds();
    expect([zones.add(one, true), zones.add(other, true)]).toEqual([0, 1]);
    const found = new Int32Array(2);
    zones.findEntries(dictionaryWith([other, one]), found);
    expect([zones.find(one), zones.find(other), ...found]).toEqual([0, 1, 1, 0]);
  });

  it('a name is not found because another has its hash', () => {
    const zones = new ZoneIds();
    zones.add(one, true);
    const found = new Int32Array(1);
    zones.findEntries(dictionaryWith([other]), found);
    expect([zones.find(other), ...found]).toEqual([-1, -1]);
  });

  it('those of nobody are numbered like others, and are in no table of hashes', () => {
    const zones = new ZoneIds();
    expect([zones.add(one, false), zones.add('b.example', true)]).toEqual([0, 1]);
    expect([zones.find(one), zones.findUnowned(one), zones.findUnowned('b.example')]).toEqual([-1, 0, -1]);
  });
});
