import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

/** What `fetch` throws where the line breaks. */
const broken = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });

describe('how a command ends', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tocsin-run-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ran = async (line: string, answer: () => Response) => {
    const [printed, said]: [string[], string[]] = [[], []];
    const exit = await run(line.split(' '), {
      environment: { TOCSIN_KEY: 'ab1.secret', TOCSIN_URL: 'http://tocsin.test' },
      directory,
      isTerminal: false,
      print: (each) => printed.push(each),
      screen: { write: (text) => said.push(text) },
      terminal: { isTerminal: false, ask: async () => '' },
      nowMs: () => 0,
      pause: async () => undefined,
      send: (async () => answer()) as typeof fetch,
    });
    return { exit, said: said.join(''), printed };
  };
  const problem = (status: number) => () => Response.json({ title: 'No', detail: 'it is so' }, { status });
  const lost = (code: string) => () => {
    throw broken(code);
  };

  it.each([
    ['a key that may not is refused', 'incident ack in1', problem(403), 2, /^tocsin: POST .*: 403 No: it is so$/m],
    ['what is not there is refused', 'rollback show rb1', problem(404), 2, /: 404 No/],
    ['a server that fails was not reached', 'status', problem(503), 3, /: 503 No/],
    ['nor was one that is not there', 'status', lost('ECONNREFUSED'), 3, /does not answer: connect ECONNREFUSED$/m],
    ['an answer of another program is none', 'status', () => Response.json({ well: true }), 3, /does not understand/],
    ['words that make no sense', 'incident ack', problem(500), 2, /expected an incident id\nTry tocsin --help$/m],
  ])('%s', async (_what, line, answer, exit, says) => {
    const ended = await ran(line, answer);
    expect(ended).toMatchObject({ exit, printed: [] });
    expect(ended.said).toMatch(says);
  });

  it('an act whose answer is lost may have been done, and that is said; one that was never sent was not', async () => {
    expect((await ran('incident ack in1', lost('ECONNRESET'))).said).toContain('may have been done all the same');
    expect((await ran('incident ack in1', lost('ECONNREFUSED'))).said).not.toContain('may have been done');
    expect((await ran('incident ls', lost('ECONNRESET'))).said).not.toContain('may have been done');
  });

  it('a file that cannot be written is the fault of who named it, not of the server', async () => {
    const none = () => Response.json({ customers: [], next: null, total: 0 });
    const away = join(directory, 'away', 'customers.yml');
    expect(await ran(`customers export ${away}`, none)).toMatchObject({
      exit: 2,
      said: expect.stringMatching(/ENOENT/),
    });
  });
});
