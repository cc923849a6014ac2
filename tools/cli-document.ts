import { helpText } from '../apps/cli/src/help.js';
import { SECTIONS } from '../apps/cli/src/commands.js';

const HEAD = `# tocsin

The command line, over the same API as everything else. Made from its table of commands by \`npm run docs\`; do not edit. Data goes to
standard output, progress and questions to standard error; nothing is coloured without a terminal, or where \`NO_COLOR\` is set. In a clone
it is \`npm run tocsin --\`.
`;

/** `docs/cli.md`: a table for each section, an example for each command, and what the options mean. */
export const renderCli = (): string => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const tables = SECTIONS.map(({ title, commands }) => {
    const rows = commands.map(
      ({ name, takes, says, example }) =>
        `| \`${cell(`${name} ${takes}`.trim())}\` | ${cell(says)} | \`tocsin ${cell(example)}\` |`,
    );
    const heading = `${title[0]?.toUpperCase()}${title.slice(1)}`;
    return `\n## ${heading}\n\n| command | what it does | for example |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  const options = helpText().split('\n\noptions\n')[1] ?? '';
  return `${HEAD}${tables.join('')}\n## Options and exit status\n\n\`\`\`\n${options}\n\`\`\`\n`;
};
