/** What became of the last wish to read files anew: those of the rules, or of the plan of who is called. */
export interface FileReload {
  /** The version of the stream of wishes at the last one; null: nobody asked yet. */
  readonly askedVersion: number | null;
  readonly askedAt: number | null;
  readonly askedBy: string | null;
  /** null: nothing was refused since the last load, or since the files said again what is in force. */
  readonly refusedAt: number | null;
  readonly refusedSource: string | null;
  readonly refusedProblems: readonly string[] | null;
}
