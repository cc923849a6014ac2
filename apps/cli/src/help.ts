import { SECTIONS } from './commands.js';
import { type CommandUsage, usageLines } from './usage.js';

const OPTIONS = `options
  --json        for programs: one JSON document; a list with --all: one for each page, on a line; tail: one for each event
  --url URL     where Tocsin listens (default TOCSIN_URL, then .tocsin/cli.json, then http://127.0.0.1:8080)
  --key KEY     an API key or a bearer token (default TOCSIN_KEY, then .tocsin/cli.json, then .tocsin/admin-key)
  --yes         confirms what acts beforehand; without it a person is asked to type what it is about
  --help        this text; behind a command, of that command

a list tells 100 rows unless --limit N says how many (10,000 at most); --all tells all, a page at a time, 100,000 at most. Standard error
says when there is more; --after CURSOR goes on behind the cursor that it names, which is \`next\` of the JSON

replay, backtest and sweep take --from TIME, --to TIME or --incident <id|latest>, and --from-files DIR; they read the log of EVENT_LOG_URL,
DATABASE_URL or of the server that runs on DATA_DIR, and write nothing

exit status
  0 all is well, 1 something was found (an open incident, an unhealthy fleet, a test that failed, a recording that is cut or corrupt, a
  rule that is wrong, other decisions than were recorded, rules that are worse), 2 wrong usage (a file that is no dnstap, or cannot be
  read or written), or Tocsin refuses what is asked (a key that may not, a thing that is not there), 3 Tocsin was not reached, or answers
  what this version does not understand

the JSON of a command is the answer of its route, as docs/http.md has it; of status, doctor, customers import and export, and what needs no
server, it is what the lines are made of`;

const isOf = ({ name }: CommandUsage, words: string): boolean => `${name} `.startsWith(`${words} `);

/** `--help`; of some words, the commands that begin with them, or as many of the words as there are commands of. */
export const helpText = (words: readonly string[] = []): string => {
  const about = words.join(' ');
  const all = SECTIONS.flatMap(({ commands }) => commands);
  const own = about === '' ? [] : all.filter((each) => isOf(each, about));
  if (own.length > 0) return [`tocsin ${about}`, own.flatMap(usageLines).join('\n'), OPTIONS].join('\n\n');
  if (words.length > 1) return helpText(words.slice(0, -1));
  const sections = SECTIONS.map(({ title, commands }) => `${title}\n${commands.flatMap(usageLines).join('\n')}`);
  return ['tocsin <command> [options]', ...sections, OPTIONS].join('\n\n');
};
