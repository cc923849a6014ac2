import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readYamlConfigFile } from '#config';
import { isRefusal, LATENCY_NONE, mappingSchema, OUTCOME } from '#contracts';
import { createZoneFinder } from '../dnstap/zone-finder.js';
import { createRecordMapper, type MappedOutcome, type MappedRecord } from './map-record.js';

// Both lie beside the sources; this runs from dist/libs/domain/src/mapping.
const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** The records of a producer's fixture, read by the mapping that is shipped for it, a second after the newest of them. */
const mapped = (producer: string, now: string): readonly MappedRecord[] => {
  const { config: mapping } = readYamlConfigFile(mappingSchema, `${ROOT}mappings/${producer}.yml`);
  if (mapping === undefined) throw new Error(`${producer}: no mapping`);
  const map = createRecordMapper(mapping, createZoneFinder(['delta.example', 'example.com']));
  const lines = read(`libs/domain/src/mapping/fixtures/${producer}.ndjson`).trimEnd().split('\n');
  return lines.map((line) => map(JSON.parse(line), Date.parse(now) * 1_000));
};

const row = (each: MappedRecord | undefined): MappedOutcome => {
  if (each === undefined || each === 'skipped' || isRefusal(each))
    throw new Error(`no outcome: ${JSON.stringify(each)}`);
  return each;
};

const US = (time: string, us = 0): number => Date.parse(time) * 1_000 + us;

describe('records of other producers', () => {
  it('Vector: a query is skipped, responses keep node, time, latency and class', () => {
    const [query, answer, nodata, servfail] = mapped('vector', '2021-03-03T14:27:23Z');
    expect(query).toBe('skipped');
    expect(answer).toEqual({
      node: 'ns1.example.com',
      atUs: 1_614_781_642_516_276,
      zone: 'example.com',
      latencyUs: LATENCY_NONE,
      outcome: OUTCOME.answer,
      qtype: 1,
      rcode: 0,
      transport: 1,
      flags: 4,
      qnameLen: 18,
    });
    expect(row(nodata)).toMatchObject({
      outcome: OUTCOME.nodata,
      qtype: 28,
      transport: 2,
      flags: 1 | 4 | 8,
      latencyUs: 276,
    });
    expect(row(servfail)).toMatchObject({ outcome: OUTCOME.servfail, rcode: 2, zone: 'delta.example' });
  });

  it('DNS-collector: json and both flat forms say the same by one mapping', () => {
    const [json, flat, older, gone, broken, timeout] = mapped('dns-collector', '2024-01-15T10:30:49Z');
    expect(row(json)).toMatchObject({
      node: 'dns-server-1',
      atUs: US('2024-01-15T10:30:45Z', 123_456),
      latencyUs: 25_000,
      outcome: OUTCOME.answer,
      zone: 'example.com',
    });
    expect(row(flat)).toMatchObject({
      outcome: OUTCOME.answer,
      latencyUs: LATENCY_NONE,
      transport: 3,
      flags: 1 | 8,
      zone: 'google.nl',
    });
    expect(row(older)).toMatchObject({ outcome: OUTCOME.answer, latencyUs: LATENCY_NONE });
    expect(row(gone)).toMatchObject({ outcome: OUTCOME.nxdomain, qtype: 15, latencyUs: 131, zone: 'delta.example' });
    expect(row(broken)).toMatchObject({ outcome: OUTCOME.formerr, zone: '.', qnameLen: 0 });
    // At a server a query without a response is a hole in the telemetry, never a timeout.
    expect(timeout).toBe('skipped');
  });

  it('dnsmonster: packets of any zone, empty sections, times of any zone', () => {
    const [query, answer, referral, refused] = mapped('dnsmonster', '2020-08-08T00:19:44Z');
    expect(query).toBe('skipped');
    expect(row(answer)).toMatchObject({
      node: undefined,
      outcome: OUTCOME.answer,
      zone: 'gmail.com',
      latencyUs: LATENCY_NONE,
    });
    expect(row(referral)).toMatchObject({
      node: 'auth-1',
      atUs: US('2020-08-08T00:19:42Z', 600_000),
      outcome: OUTCOME.referral,
      flags: 1,
      transport: 2,
    });
    expect(row(refused)).toMatchObject({ outcome: OUTCOME.lame, zone: 'delta.example' });
  });

  it('Cloudflare Logpush: numbers alone, and its trial upload is skipped', () => {
    const [answer, gone, trial] = mapped('cloudflare-logpush', '2022-02-02T00:00:02Z');
    expect(row(answer)).toMatchObject({ node: 'SJC', outcome: OUTCOME.answer, qtype: 65_535, transport: 0 });
    expect(row(gone)).toMatchObject({ node: 'FRA', outcome: OUTCOME.nxdomain, qtype: 28 });
    expect(trial).toBe('skipped');
  });
});
