/** How `tocsin` ends: what a script branches by. */
export const EXIT = {
  ok: 0,
  /** Something was found: an open incident, a test that failed. */
  finding: 1,
  /** The words make no sense, a file cannot be read or written, or the server refuses what is asked. */
  usage: 2,
  /** Nobody answers, or not what this version understands. */
  unreachable: 3,
} as const;
/** One of these, or what a program that was started ended with. */
export type Exit = number;

/** What a command found: for programs, for people, and how it ends. */
export interface Shown {
  readonly json: unknown;
  readonly lines: () => readonly string[];
  readonly exit: Exit;
}
