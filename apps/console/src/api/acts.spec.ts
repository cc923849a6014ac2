import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = 'apps/console/src';
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.spec)\.tsx?$/.test(path))
  .map((path) => [path, readFileSync(join(SOURCES, path), 'utf8')] as const);

/** What the server asks of who does something: the policy that `entrances.e2e.spec.ts` holds the resolvers to. */
const policy = new Map(
  [
    ...readFileSync('apps/standalone/src/entrances-policy.fixture.ts', 'utf8').matchAll(/'Mutation (\w+)': '(\w+)'/g),
  ].map(([, mutation = '', needs = '']) => [mutation, needs]),
);

/** The mutations of each document, by the file and the name of its constant. */
const mutationsIn = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...text.matchAll(/\bconst (\w+) = graphql\(\s*[`']\s*mutation\b[^{]*\{([^`']*)[`']/g)].map(
      ([, name = '', body = '']) => [name, [...body.matchAll(/(\w+)\s*\(\s*input:/g)].map(([, field = '']) => field)],
    ),
  );
const documents = new Map(files.map(([path, text]) => [path, mutationsIn(text)]));

/** Where a name of a file comes from. */
const homeOf = (path: string, text: string, name: string): string => {
  const from = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`).exec(text)?.[1];
  return from === undefined ? path : join(path, '..', from).replace(/\.js$/, '.ts');
};

interface Offered {
  readonly path: string;
  readonly label: string;
  readonly needs: string;
  /** Names of the documents that it sends, and the mutations in them. */
  readonly documents: readonly string[];
  readonly mutations: readonly string[];
}

/** The end of what begins at a place with a bracket. */
const endOf = (text: string, from: number): number => {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if ('{(['.includes(text[at] ?? '')) depth += 1;
    if ('})]'.includes(text[at] ?? '')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new Error(`no end of ${text.slice(from, from + 40)}`);
};

/** The attributes of the element that begins at a place, as they are written. */
const attributesAt = (text: string, from: number): ReadonlyMap<string, string> => {
  const attributes = new Map<string, string>();
  let at = from + '<Act'.length;
  for (;;) {
    const next = /^\s+(\w+)(=)?/.exec(text.slice(at));
    if (next === null) return attributes;
    const begin = at + next[0].length;
    const isText = text[begin] === '"';
    at = next[2] === undefined ? begin : isText ? text.indexOf('"', begin + 1) + 1 : endOf(text, begin);
    attributes.set(next[1] ?? '', text.slice(begin, at).replaceAll('"', ''));
  }
};

/** Constants at the beginning of lines of a component, with what they are. */
const constantsOf = (component: string): readonly (readonly [string, string])[] =>
  [...component.matchAll(/^ *const (\w+)\b[^=\n]*= ([^]*?);$/gm)].map(([, name = '', value = '']) => [name, value]);

/** A text, and what it uses of the constants of its component, and what those use. */
const usedIn = (component: string, text: string, depth = 3): string => {
  if (depth === 0) return text;
  const used = constantsOf(component).filter(
    ([name, value]) => new RegExp(`\\b${name}\\b`).test(text) && !value.startsWith('useAct') && value !== text,
  );
  return [text, ...used.map(([, value]) => usedIn(component, value, depth - 1))].join('\n');
};

const offeredBy = (path: string, text: string): readonly Offered[] =>
  text.split(/^(?=(?:export )?const \w)/m).flatMap((component) => {
    // `const send = useAct(HALT)`: what sends a document, and which.
    const senders = [...component.matchAll(/const (\w+) = useAct\((\w+)[,)]/g)];
    return [...component.matchAll(/<Act(?=\s)/g)].map(({ index }) => {
      const attributes = attributesAt(component, index);
      const sent = usedIn(component, attributes.get('send') ?? '');
      const used = senders.flatMap(([, name = '', document = '']) =>
        new RegExp(`\\b${name}\\b`).test(sent) ? [document] : [],
      );
      const mutations = used.flatMap((document) => documents.get(homeOf(path, text, document))?.get(document) ?? []);
      const [label = '', needs = ''] = ['label', 'needs'].map((name) => attributes.get(name));
      return { path, label, needs, documents: used, mutations };
    });
  });

const offered = files.flatMap(([path, text]) => (path.endsWith('.tsx') ? offeredBy(path, text) : []));
const sentIn = (text: string): number => [...text.matchAll(/= useAct\(/g)].length;

describe('what the console offers', () => {
  it('is found, act by act', () => {
    expect(policy.size).toBeGreaterThan(40);
    expect(offered.length).toBeGreaterThan(12);
  });

  it.each(offered)('$label in $path asks for what the server asks for', ({ needs, mutations }) => {
    expect(mutations.length).toBeGreaterThan(0);
    expect(mutations.map((mutation) => [mutation, policy.get(mutation)])).toEqual(
      mutations.map((mutation) => [mutation, needs]),
    );
  });

  it('sends nothing but from a button that says what it needs', () => {
    const bare = files.flatMap(([path, text]) => {
      const sent = new Set(offered.filter((act) => act.path === path).flatMap((act) => act.documents));
      return [...text.matchAll(/= useAct\((\w+)/g)].flatMap(([, name = '']) =>
        path.endsWith('.tsx') && !sent.has(name) ? [`${path}: ${name}`] : [],
      );
    });
    expect(bare).toEqual([]);
    const elsewhere = files.filter(
      ([path, text]) => !path.endsWith('.tsx') && path !== 'api/use-act.ts' && sentIn(text) > 0,
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  it('has no document of a mutation that no act sends, and one mutation in each', () => {
    const sent = new Set(offered.flatMap((act) => act.documents));
    const written = [...documents.values()].flatMap((each) => [...each]);
    expect(written.filter(([name]) => !sent.has(name)).map(([name]) => name)).toEqual([]);
    expect(written.filter(([, mutations]) => mutations.length !== 1)).toEqual([]);
  });

  it('is found wrong where it asks for less', () => {
    const page = [
      "const HALT = graphql('mutation Halt($input: X!) { haltRollout(input: $input) { userErrors { code } } }');",
      'const Halt = () => {',
      '  const send = useAct(HALT);',
      '  const go = () => send({ at: [1] });',
      '  return <Act label={`Halt ${name({})}`} isGrave needs="view" send={(form) => go(form)} />;',
      '};',
    ].join('\n');
    documents.set('planted.tsx', mutationsIn(page));
    const [act] = offeredBy('planted.tsx', page);
    documents.delete('planted.tsx');
    expect(act).toMatchObject({ needs: 'view', mutations: ['haltRollout'] });
    expect(policy.get('haltRollout')).toBe('roll_out');
  });
});
