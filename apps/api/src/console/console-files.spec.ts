import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { encodingFor, readConsole } from './console-files.js';

describe('the files of the console', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'console-files-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'assets', 'index-abc.js'), 'go();'.repeat(100));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are held by their path, in three encodings of the same bytes, each with its kind', () => {
    const files = readConsole(folder);
    expect([...files.keys()].toSorted()).toEqual(['assets/index-abc.js', 'index.html']);
    const script = files.get('assets/index-abc.js');
    const text = 'go();'.repeat(100);
    expect(script?.contentType).toBe('text/javascript; charset=utf-8');
    expect([script?.identity, brotliDecompressSync(script!.br), gunzipSync(script!.gzip)].map(String)).toEqual([
      text,
      text,
      text,
    ]);
    expect(files.get('index.html')?.contentType).toBe('text/html; charset=utf-8');
  });

  it('have a tag that is another one when their bytes are', () => {
    const tag = () => readConsole(folder).get('index.html')?.entityTag;
    const before = tag();
    expect(before).toMatch(/^W\/"[\w-]{22}"$/);
    expect(tag()).toBe(before);
    writeFileSync(join(folder, 'index.html'), '<!doctype html> ');
    expect(tag()).not.toBe(before);
  });

  it('are none where there is no page, no folder, or more than was built', () => {
    writeFileSync(join(folder, 'assets', 'large.bin'), Buffer.alloc(4 * 1024 * 1024));
    expect(() => readConsole(folder)).toThrow('more than 4194304 bytes');
    rmSync(join(folder, 'assets', 'large.bin'));
    rmSync(join(folder, 'index.html'));
    expect(() => readConsole(folder)).toThrow('no index.html');
    expect(() => readConsole(join(folder, 'nowhere'))).toThrow('ENOENT');
  });
});

describe('the encoding of an answer', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['*', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'br'],
    ['BR', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['gzip, br;q=0.0', 'gzip'],
    ['gzip;q=0, br; q=0.000', 'identity'],
    ['gzip;q=0.01', 'gzip'],
    ['brotli, gz', 'identity'],
  ])('for who accepts %j is %s', (accepted, expected) => {
    expect(encodingFor(accepted)).toBe(expected);
  });
});
