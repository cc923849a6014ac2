import { readFile } from 'node:fs/promises';

/** A kill switch: on, or off and why. */
export interface Switch {
  readonly isOn: boolean;
  /** Which switch says what. */
  readonly detail: string;
}

/** What an operator writes into a switch that is on. */
const ON = 'on';

/** A switch holds a word: more of it is not told. */
const WORD_CHARACTERS_MAX = 20;

/** The switch that a text is: on for `on` alone. `name` is the setting or the file that it is of. */
export const switchOf = (name: string, text: string): Switch => ({
  isOn: text === ON,
  detail: `${name} says ${JSON.stringify(text.slice(0, WORD_CHARACTERS_MAX))}`,
});

/** Reads a switch from its file, white space around it apart: what cannot be read is off (RAIL-14). */
export const readSwitchFile = async (path: string): Promise<Switch> => {
  try {
    return switchOf(path, (await readFile(path, 'utf8')).trim());
  } catch (error) {
    return { isOn: false, detail: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}` };
  }
};
