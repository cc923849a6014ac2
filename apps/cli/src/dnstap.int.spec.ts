import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { formatDnstap, readDnstap } from './dnstap.js';

const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');
const recording = (name: string): string => join(FIXTURES, `${name}.fstrm`);

const tocsin = (...args: readonly string[]): Promise<{ readonly status: number; readonly out: string }> =>
  new Promise((done) => {
    const child = execFile(process.execPath, ['dist/apps/cli/src/main.js', ...args], (_error, out) =>
      done({ status: child.exitCode ?? -1, out }),
    );
  });

describe('tocsin dnstap', () => {
  it('tells what is in a recording, and 0 when it is whole', async () => {
    const { status, out } = await tocsin('dnstap', recording('knot-400'), '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      frames: 400,
      pairs: 200,
      outcomes: { good: 188, bad: 5, excluded: 7 },
      unpaired: 0,
      malformed: 0,
      unknown: 0,
      types: { AUTH_QUERY: 200, AUTH_RESPONSE: 200 },
      contentType: 'protobuf:dnstap.Dnstap',
      complete: true,
    });
  });

  it.each([
    ['truncated-mid-frame', 1, 153],
    ['corrupt-length', 1, 39],
    ['corrupt-payload', 0, 400],
  ])('%s: status %i, after %i frames', async (name, status, frames) => {
    const told = await tocsin('dnstap', recording(name), '--json');
    expect(told.status).toBe(status);
    expect(JSON.parse(told.out)).toMatchObject({ frames, complete: status === 0 });
  });

  it('2 for what is no dnstap, and for no file', async () => {
    expect(await tocsin('dnstap', 'package.json', '--json')).toMatchObject({ status: 2 });
    expect(await tocsin('dnstap', 'no-such-file')).toEqual({ status: 2, out: '' });
  });

  it('REFUSED for a zone that the server answers for is a failure', async () => {
    const { outcomeNames } = await readDnstap(recording('knot-400'), ['notours.test']);
    const foreign = await readDnstap(recording('knot-400'), []);
    expect((outcomeNames['lame'] ?? 0) + (outcomeNames['refused_foreign'] ?? 0)).toBe(7);
    expect(foreign.outcomeNames['refused_foreign']).toBe(7);
  });

  it('for people: how it ends, the success, the counts', async () => {
    const lines = formatDnstap(await readDnstap(recording('truncated-mid-frame'), []));
    expect(lines[0]).toBe('cut: of a frame of 99 bytes 50 are there');
    expect(lines[1]).toBe('success 97.26 %: 71 good, 2 bad, 3 excluded');
    expect(lines.join('\n')).toMatch(/^AUTH_QUERY +77$/m);
  });
});
