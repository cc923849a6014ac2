/** One project of `nest-cli.json`; only what is checked. */
interface NestProject {
  readonly type?: string;
  readonly root?: string;
  readonly sourceRoot?: string;
  readonly entryFile?: string;
  readonly compilerOptions?: { readonly tsConfigPath?: string };
}

const TYPE = { apps: 'application', libs: 'library' } as const;

/** What a project must say of its folder; the entry file is its own choice. */
const differences = (name: string, kind: keyof typeof TYPE, project: NestProject): string[] => {
  const root = `${kind}/${name}`;
  const wanted = { type: TYPE[kind], root, sourceRoot: `${root}/src` };
  const wrong = Object.entries(wanted).filter(([key, value]) => project[key as keyof typeof wanted] !== value);
  const missing = [
    ...(project.entryFile === undefined ? ['entryFile'] : []),
    ...(project.compilerOptions?.tsConfigPath === undefined ? ['compilerOptions.tsConfigPath'] : []),
  ];
  return [
    ...wrong.map(([key, value]) => `${root}: ${key} is not ${value}`),
    ...missing.map((key) => `${root}: no ${key}`),
  ];
};

/** Where `nest-cli.json` and the folders of `apps/` and `libs/` differ. */
export const projectProblems = (
  text: string,
  folders: Readonly<Record<keyof typeof TYPE, readonly string[]>>,
): string[] => {
  const { projects = {} } = JSON.parse(text) as { readonly projects?: Readonly<Record<string, NestProject>> };
  const kinds = ['apps', 'libs'] as const;
  const known = new Set(kinds.flatMap((kind) => folders[kind]));
  return [
    ...kinds.flatMap((kind) =>
      folders[kind].flatMap((name) => {
        const project = projects[name];
        return project === undefined ? [`${kind}/${name}: no project`] : differences(name, kind, project);
      }),
    ),
    ...Object.keys(projects)
      .filter((name) => !known.has(name))
      .map((name) => `${name}: a project without a folder`),
  ];
};
