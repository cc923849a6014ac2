import { COMMANDS } from './commands.js';
import { LIST_OPTIONS } from './list-arguments.js';
import type { CommandUsage } from './usage.js';

/** The shells that can be helped. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** A shell that can be helped. */
export type Shell = (typeof SHELLS)[number];

/** What every command takes. */
const EVERYWHERE = ['--json', '--url', '--key', '--help'];

const optionsOf = ({ takes }: CommandUsage): readonly string[] => takes.match(/--[a-z][a-z-]*/g) ?? [];

/** What may follow the words typed so far: further words of commands, and the options of a whole one. */
export const completions = (commands: readonly CommandUsage[] = COMMANDS): ReadonlyMap<string, readonly string[]> => {
  const following = new Map<string, Set<string>>([['', new Set(['help'])]]);
  const at = (path: string): Set<string> => {
    const known = following.get(path) ?? new Set<string>();
    following.set(path, known);
    return known;
  };
  for (const command of commands) {
    const words = command.name.split(' ');
    for (const [index, word] of words.entries()) at(words.slice(0, index).join(' ')).add(word);
    const ofLists = command.isList === true ? LIST_OPTIONS.map((option) => `--${option}`) : [];
    for (const option of [...optionsOf(command), ...ofLists, ...EVERYWHERE]) at(command.name).add(option);
  }
  return new Map([...following].map(([path, next]) => [path, [...next].toSorted()]));
};

/** Longer words first: `incident show` is looked at before `incident`. */
const deepestFirst = (): readonly (readonly [string, readonly string[]])[] =>
  [...completions()].toSorted(([a], [b]) => b.split(' ').length - a.split(' ').length || (a < b ? -1 : 1));

const bash = (): string => {
  const cases = deepestFirst()
    .filter(([path]) => path !== '')
    .map(([path, next]) => `    '${path}'|'${path} '*) candidates='${next.join(' ')}' ;;`);
  return `_tocsin() {
  local word path='' candidates
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
    *) candidates='${completions().get('')?.join(' ')}' ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tocsin tocsin`;
};

const fish = (): string => {
  const lines = [...completions()].map(([path, next]) => {
    // Within single quotes fish reads nothing; the test itself is read later, and its dollar must not name a variable then.
    const test = path === '' ? 'test -z (__tocsin_path)' : `string match -qr "^${path}( |\\$)" -- (__tocsin_path)`;
    return `complete -c tocsin -n '${test}' -a '${next.join(' ')}'`;
  });
  return `function __tocsin_path
  set -l words (commandline -opc)
  echo (string join ' ' -- (string match -v -- '-*' $words[2..-1]))
end
${lines.join('\n')}`;
};

/** What a shell reads to complete `tocsin`: `source <(tocsin completion bash)`. */
export const completionScript = (shell: Shell): string => {
  if (shell === 'fish') return fish();
  return shell === 'bash' ? bash() : `autoload -U +X bashcompinit && bashcompinit\n${bash()}`;
};
