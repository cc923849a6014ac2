import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLinkSettings } from './link-secret.js';
import type { Logger } from './logger.js';

const SECRET = 's'.repeat(43);
const publicUrl = new URL('https://tocsin.example');
const kafka = { url: 'kafka://kafka:9092' };

describe('what links in pages are made with', () => {
  let dataDir: string;
  let said: string[];
  const logger = (): Logger =>
    ({ info: (text: string) => said.push(text), warn: (text: string) => said.push(text) }) as unknown as Logger;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'links-'));
    said = [];
  });

  it('on a shared log links are signed with the secret that is given to all of its processes', async () => {
    const links = await openLinkSettings({ linkSecret: SECRET, publicUrl, kafka, dataDir }, logger());
    expect(links).toEqual({ secret: SECRET, publicUrl });
    expect(said).toEqual([]);
  });

  it('without one there are no links there, and that is said', async () => {
    const links = await openLinkSettings({ linkSecret: undefined, publicUrl, kafka, dataDir }, logger());
    expect(links.secret).toBeUndefined();
    expect(said).toEqual(['PUBLIC_URL is set and LINK_SECRET is not: pages carry no link']);
    await openLinkSettings({ linkSecret: undefined, publicUrl: undefined, kafka, dataDir }, logger());
    expect(said).toHaveLength(1);
  });

  it('on the embedded log one is made once and kept', async () => {
    const open = () => openLinkSettings({ linkSecret: undefined, publicUrl, kafka: undefined, dataDir }, logger());
    const first = await open();
    expect(first.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await open()).toEqual(first);
    expect(said).toHaveLength(1);
    writeFileSync(join(dataDir, 'link-secret'), 'short');
    await expect(open()).rejects.toThrow(/link-secret: expected 32 or more/);
  });
});
