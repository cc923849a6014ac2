import { existsSync } from 'node:fs';
import { readArguments } from './arguments.js';
import { COMMANDS, SECTIONS } from './commands.js';
import { helpText } from './help.js';

describe('the table of commands', () => {
  it.each(COMMANDS.map(({ name, takes, example }) => [`${name} ${takes}`.trim(), name, example]))(
    '%s: its example is one of it, and can be read',
    (_written, name, example) => {
      expect(`${example} `.startsWith(`${name} `)).toBe(true);
      expect(readArguments(example.split(' ')).command).not.toBe('help');
    },
  );

  it('the options of an example are among those that are written', () => {
    const everywhere = ['--yes', '--json', '--incident'];
    const foreign = COMMANDS.flatMap(({ name, takes, example }) =>
      (example.match(/(?<= )--[a-z-]+/g) ?? [])
        .filter((option) => !everywhere.includes(option) && !takes.includes(option))
        .map((option) => `${name} ${option}`),
    );
    expect(foreign).toEqual([]);
  });

  it('an example that names a file of the repository names one that is there', () => {
    const named = COMMANDS.flatMap(({ example }) => example.match(/(?<= )(?:rules|docs|libs)(?:\/\S+)?/g) ?? []);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('no command stands in two places, and none says nothing', () => {
    const written = COMMANDS.map(({ name, takes }) => `${name} ${takes}`);
    expect(new Set(written).size).toBe(written.length);
    expect(COMMANDS.filter(({ says }) => says === '')).toEqual([]);
  });
});

describe('--help', () => {
  it('shows every command under its section, on lines that fit', () => {
    const lines = helpText().split('\n');
    for (const { title } of SECTIONS) expect(lines).toContain(title);
    for (const { name } of COMMANDS) expect(lines.some((line) => line.startsWith(`  ${name}`))).toBe(true);
    expect(lines.filter((line) => line.length > 140)).toEqual([]);
  });
});
