import { systemClock } from '#runtime';
import { createDice, type Dice, mutateBytes } from '#testing';
import type { Known } from './fuzz-values.fixture.js';

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeRef | null;
}
interface Input {
  readonly name: string;
  readonly type: TypeRef;
}
interface Field extends Input {
  readonly args: readonly Input[];
}
interface Type {
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly Field[] | null;
  readonly inputFields: readonly Input[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
  readonly possibleTypes: readonly { readonly name: string }[] | null;
}
/** The schema as introspection tells it. */
export interface ToldSchema {
  readonly types: readonly Type[];
}
/** What `SCHEMA_QUERY` is answered. */
export interface SchemaAnswer {
  readonly data: { readonly __schema: ToldSchema };
}
/** A document as it is sent. */
export interface FuzzDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The queries or mutations in it. */
  readonly roots: readonly string[];
}

const REF = 'kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
/** Asks for the schema: what is needed of it here. */
export const SCHEMA_QUERY = `{ __schema { types { kind name fields { name type { ${REF} } args { name type { ${REF} } } }
  inputFields { name type { ${REF} } } enumValues { name } possibleTypes { name } } } }`;

/** Levels of a selection below its root: one more is refused, and now and then is sent. */
const LEVELS_MAX = 5;
/** Of values that do not fit. */
const HOSTILE_CHANCE = 0.04;
/** Of documents that are broken as text. */
const BROKEN_CHANCE = 0.05;
/** Of a document of mutations; there are fewer of them than queries have fields to select. */
const MUTATION_CHANCE = 0.45;
const HOSTILE: readonly unknown[] = [
  null, true, 0, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, '', '\0', 'a\0b', '\ud800', 'z'.repeat(5_000), "'; select 1 --", [], {}, [[]],
  { a: 1 }, '99999999999999999999', '1e999', 'P9999999999Y', '2021-02-30T25:61:61Z', 'bm9kZTpub25l',
]; // prettier-ignore
const DURATIONS = ['1s', '5m', '1h', '0s', '-1h', '999999d', 'PT5M', 60_000];

/** A value that GraphQL text writes as it stands: a name of an enum. */
class EnumName {
  constructor(readonly name: string) {}
  toJSON(): string {
    return this.name;
  }
}

const literalOf = (value: unknown): string => {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([name, each]) => `${name}: ${literalOf(each)}`)
    .join(' ')}}`;
};

const typeText = ({ kind, name, ofType }: TypeRef): string => {
  if (ofType === null) return name ?? '';
  return kind === 'LIST' ? `[${typeText(ofType)}]` : `${typeText(ofType)}!`;
};

const namedOf = (ref: TypeRef): string => (ref.ofType === null ? (ref.name ?? '') : namedOf(ref.ofType));

/** Writes one document. */
class DocumentWriter {
  readonly variables: Record<string, unknown> = {};
  private readonly declared: string[] = [];

  constructor(
    private readonly types: ReadonlyMap<string, Type>,
    private readonly known: Known,
    private readonly dice: Dice,
    private readonly hostileChance = HOSTILE_CHANCE,
  ) {}

  write(isMutation: boolean): FuzzDocument {
    const root = this.types.get(isMutation ? 'Mutation' : 'Query');
    const fields = root?.fields ?? [];
    const chosen = Array.from({ length: 1 + this.dice.below(3) }, () => this.dice.pick(fields));
    const selected = chosen.map((field, at) => `f${at}: ${this.field(field, 1)}`);
    const declared = this.declared.length === 0 ? '' : `(${this.declared.join(' ')})`;
    const query = `${isMutation ? 'mutation' : 'query'} Q${declared} { ${selected.join(' ')} }`;
    return { query, variables: this.variables, roots: chosen.map(({ name }) => name) };
  }

  /** One root as a careful client sends it: what must be given, and what it answers by the names of the types alone. */
  writeSound(isMutation: boolean, name: string): FuzzDocument {
    const root = this.types.get(isMutation ? 'Mutation' : 'Query')?.fields?.find((each) => each.name === name);
    if (root === undefined) throw new Error(`there is no root ${name}`);
    const given = root.args
      .filter(({ type }) => type.kind === 'NON_NULL')
      .map((arg) => `${arg.name}: ${this.argument(arg)}`);
    const isObject = !['SCALAR', 'ENUM'].includes(this.types.get(namedOf(root.type))?.kind ?? '');
    const selected = isObject ? `{ __typename ${isMutation ? 'userErrors { code }' : ''} }` : '';
    const declared = this.declared.length === 0 ? '' : `(${this.declared.join(' ')})`;
    const sent = given.length === 0 ? '' : `(${given.join(' ')})`;
    const query = `${isMutation ? 'mutation' : 'query'} Q${declared} { ${name}${sent} ${selected} }`;
    return { query, variables: this.variables, roots: [name] };
  }

  private field({ name, args, type }: Field, level: number): string {
    const sent = args.filter((arg) => arg.type.kind === 'NON_NULL' || this.dice.chance(0.3));
    const written = sent.map((arg) => `${arg.name}: ${this.argument(arg)}`);
    const named = this.types.get(namedOf(type));
    return `${name}${written.length === 0 ? '' : `(${written.join(' ')})`}${named === undefined ? '' : this.selection(named, level)}`;
  }

  private selection({ kind, name, fields, possibleTypes }: Type, level: number): string {
    if (kind !== 'OBJECT' && kind !== 'INTERFACE' && kind !== 'UNION') return '';
    const isLeaf = ({ type }: Field): boolean => ['SCALAR', 'ENUM'].includes(this.types.get(namedOf(type))?.kind ?? '');
    const isPage = /Connection$|Edge$|Payload$/.test(name);
    const chosen = (fields ?? []).filter((each) =>
      isLeaf(each) ? this.dice.chance(0.6) : level < LEVELS_MAX && this.dice.chance(isPage ? 0.7 : 0.2),
    );
    const texts = chosen.map((each) => this.field(each, level + 1));
    const on =
      possibleTypes === null || kind === 'OBJECT' || level >= LEVELS_MAX ? [] : [this.dice.pick(possibleTypes)];
    const fragments = on.flatMap((each) => {
      const type = this.types.get(each.name);
      return type === undefined
        ? []
        : [`... on ${each.name}${this.selection({ ...type, fields: (type.fields ?? []).slice(0, 6) }, level + 1)}`];
    });
    return ` { __typename ${[...texts, ...fragments].join(' ')} }`;
  }

  private argument({ name, type }: Input): string {
    const value = this.value(type, name, 0);
    if (!this.dice.chance(0.4)) return literalOf(value);
    const variable = `v${this.declared.length}`;
    this.declared.push(`$${variable}: ${typeText(type)}`);
    this.variables[variable] = value;
    return `$${variable}`;
  }

  private value(ref: TypeRef, name: string, depth: number): unknown {
    if (this.dice.chance(this.hostileChance)) return this.dice.pick(HOSTILE);
    if (ref.kind === 'NON_NULL' && ref.ofType !== null) return this.value(ref.ofType, name, depth);
    const { ofType } = ref;
    if (ref.kind === 'LIST' && ofType !== null)
      return Array.from({ length: this.dice.below(3) }, () => this.value(ofType, name, depth + 1));
    const type = this.types.get(ref.name ?? '');
    if (type?.kind === 'ENUM') return new EnumName(this.dice.pick(type.enumValues ?? []).name);
    if (type?.kind !== 'INPUT_OBJECT') return this.scalar(ref.name ?? '', name);
    const inputs = (type.inputFields ?? []).filter(
      (each) => each.type.kind === 'NON_NULL' || (depth < 4 && this.dice.chance(0.3)),
    );
    return Object.fromEntries(inputs.map((each) => [each.name, this.value(each.type, each.name, depth + 1)]));
  }

  private scalar(type: string, name: string): unknown {
    const { dice } = this;
    if (type === 'Int') return dice.pick([1, 2, 5, 10, 100, dice.below(1_000)]);
    if (type === 'Float') return dice.pick([0, 1, 0.5, dice.below(1e9), systemClock.nowMs()]);
    if (type === 'Boolean') return dice.chance(0.5);
    if (type === 'DateTime') return new Date(systemClock.nowMs() + (dice.below(7_200) - 3_600) * 1_000).toISOString();
    if (type === 'Duration') return dice.pick(DURATIONS);
    if (type === 'Json') return dice.pick(HOSTILE);
    const all = this.known.get(name) ?? [...this.known.values()].flat();
    return all.length > 0 && dice.chance(0.7)
      ? dice.pick(all)
      : dice.pick(['x', 'a.example', 'us-east', 'R17', 'a text of words']);
  }
}

const rootsOf = (types: readonly Type[], name: 'Query' | 'Mutation'): readonly string[] =>
  (types.find((type) => type.name === name)?.fields ?? []).map((field) => field.name);

/** Every query and mutation of the schema. */
export const operationsIn = ({ types }: ToldSchema): readonly string[] => [
  ...rootsOf(types, 'Query'),
  ...rootsOf(types, 'Mutation'),
];

/** So many documents with one root, as a careful client sends them. */
export const soundDocumentsOf = (
  { types }: ToldSchema,
  known: Known,
  name: string,
  { seed, each }: { readonly seed: number; readonly each: number },
): readonly FuzzDocument[] => {
  const dice = createDice(seed);
  const byName = new Map(types.map((type) => [type.name, type]));
  const isMutation = rootsOf(types, 'Mutation').includes(name);
  return Array.from({ length: each }, () => new DocumentWriter(byName, known, dice, 0).writeSound(isMutation, name));
};

/** So many random documents, valid ones mostly; the same seed and ids make the same ones. */
export const documentsOf = (
  { types }: ToldSchema,
  known: Known,
  { seed, count }: { readonly seed: number; readonly count: number },
): readonly FuzzDocument[] => {
  const dice = createDice(seed);
  const byName = new Map(types.map((type) => [type.name, type]));
  return Array.from({ length: count }, () => {
    const document = new DocumentWriter(byName, known, dice).write(dice.chance(MUTATION_CHANCE));
    if (!dice.chance(BROKEN_CHANCE)) return document;
    return { ...document, query: Buffer.from(mutateBytes(dice, Buffer.from(document.query))).toString() };
  });
};
