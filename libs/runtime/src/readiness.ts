/** Why a part is not ready; undefined when it is. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

/** What must hold before `/readyz` says 200: each part adds its own check. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private asking: Promise<Readonly<Record<string, string>>> | undefined;
  private readonly noticesOf = new Map<string, () => string | undefined>();

  /** Told of a check that throws: anybody may ask for `/readyz`, and an error names addresses and paths. */
  constructor(private readonly onError: (name: string, error: Error) => void = () => undefined) {}

  /** Adds the check of a part. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** The names of all parts. */
  parts(): readonly string[] {
    return [...this.checks.keys()];
  }

  /** Adds what somebody should know of a part that is ready all the same: to be taken out of service would make it worse. */
  addNotice(name: string, notice: () => string | undefined): void {
    this.noticesOf.set(name, notice);
  }

  /** What is to be known of parts that are ready. */
  notices(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.noticesOf].flatMap(([name, notice]) => {
        const text = notice();
        return text === undefined ? [] : [[name, text]];
      }),
    );
  }

  /**
   * Every part that is not ready, with its reason. A check that throws is a reason. Whoever asks while the checks are made is answered with
   * them: however many ask at once, the database and the log are asked by one.
   */
  unready(): Promise<Readonly<Record<string, string>>> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<Readonly<Record<string, string>>> {
    const asked = [...this.checks].map(async ([name, check]) => {
      const reason = await Promise.resolve()
        .then(check)
        .catch((error: Error) => {
          this.onError(name, error);
          return 'its check failed; the log says why';
        });
      return [name, reason] as const;
    });
    return Object.fromEntries(
      (await Promise.all(asked)).flatMap(([name, why]) => (why === undefined ? [] : [[name, why]])),
    );
  }
}
