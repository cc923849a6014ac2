/** A metric as the page for operators has it. */
export interface DocumentedFamily {
  readonly name: string;
  readonly kind: string | undefined;
  readonly labels: readonly string[];
  readonly help: string | undefined;
}

/** A metric as a scrape shows it. */
export interface ExposedFamily {
  readonly name: string;
  readonly kind: string | undefined;
  readonly help: string | undefined;
  /** Of each sample the names of its labels in order, joined by commas. */
  readonly samples: readonly string[];
}

/** The rows of the table of metrics in `docs/watching.md`. */
export const documentedIn = (page: string): readonly DocumentedFamily[] =>
  page.split('\n').flatMap((line) => {
    const [, name, kind, labels = '', help] =
      /^\| `((?:tocsin|process|nodejs)_\w+)` \| (\w+) \| (.*?) \| (.*) \|$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, kind, labels: labels.split(', ').filter((label) => label !== ''), help }];
  });

/** What a scrape was told: of each family its kind, its help, and of each sample the names of its labels, `le` aside. */
export const exposedIn = (text: string): readonly ExposedFamily[] =>
  text
    .split(/^(?=# HELP )/m)
    .filter((part) => part.startsWith('# HELP '))
    .map((part) => {
      const [, name = '', help] = /^# HELP (\w+) (.*)$/m.exec(part) ?? [];
      const kind = new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(part)?.[1];
      const sample = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$/gm;
      const samples = [...part.matchAll(sample)].map(([, , labels = '']) =>
        [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)]
          .map(([, label = '']) => label)
          .filter((label) => label !== 'le')
          .toSorted()
          .join(),
      );
      return { name, kind, help, samples };
    });
