import { SECTIONS } from './commands.js';
import { usageLines } from './usage.js';

const OPTIONS = `options
  --json        for programs: one JSON document, or one per line (tail)
  --url URL     where Tocsin listens (default TOCSIN_URL, then .tocsin/cli.json, then http://127.0.0.1:8080)
  --key KEY     an API key or a bearer token (default TOCSIN_KEY, then .tocsin/cli.json, then .tocsin/admin-key)
  --yes         confirms what acts beforehand; without it a person is asked to type what it is about
  --help        this text

replay, backtest and sweep take --from TIME, --to TIME or --incident <id|latest>, and --from-files DIR; they read the log of EVENT_LOG_URL,
DATABASE_URL or of the server that runs on DATA_DIR, and write nothing

exit status
  0 all is well, 1 something was found (an open incident, an unhealthy fleet, a test that failed, a recording that is cut or corrupt, a
  rule that is wrong, other decisions than were recorded, rules that are worse), 2 wrong usage (a file that is no dnstap, or cannot be
  read), 3 Tocsin was not reached`;

/** `--help`. */
export const helpText = (): string => {
  const sections = SECTIONS.map(({ title, commands }) => `${title}\n${commands.flatMap(usageLines).join('\n')}`);
  return ['tocsin <command> [options]', ...sections, OPTIONS].join('\n\n');
};
