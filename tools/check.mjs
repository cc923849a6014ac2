/**
 * Every gate, the same on a laptop and in CI; `tools/ready.mjs` has compiled before. Stops at the first one that fails, with what it
 * said. `--json FILE` leaves jest's results there.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = (name, file, ...words) => ({ name, command: process.execPath, words: [join(root, file), ...words] });
const script = (name, ...words) => ({ name, command: 'npm', words: ['run', '--silent', ...words] });
const jsonAt = process.argv.indexOf('--json');
const jestWords = jsonAt === -1 ? [] : ['--', '--json', `--outputFile=${process.argv[jsonAt + 1]}`];

const steps = [
  node('tsc', 'tools/ready.mjs', '--quiet'),
  script('lint', 'lint'),
  script('format', 'format:check'),
  script('boundaries', 'boundaries'),
  script('unused', 'unused'),
  node('documents', 'dist/tools/documents.main.js'),
];

/** @param {{ command: string; words: string[] }} step @param {'pipe' | ['ignore', 'inherit', 'inherit']} stdio */
const run = ({ command, words }, stdio) => {
  const started = performance.now();
  const result = spawnSync(command, words, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  return { isGood: result.status === 0, seconds, said };
};

for (const step of steps) {
  const { isGood, seconds, said } = run(step, 'pipe');
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${step.name} ${seconds} s`);
  if (!isGood) {
    console.log(said.trimEnd());
    process.exit(1);
  }
}
const { isGood, seconds } = run(script('test', 'jest', ...jestWords), ['ignore', 'inherit', 'inherit']);
console.log(`${isGood ? 'ok  ' : 'FAIL'} test ${seconds} s`);
process.exit(isGood ? 0 : 1);
