import { GraphQLSchemaHost } from '@nestjs/graphql';
import { getNamedType, type GraphQLField, type GraphQLObjectType, isObjectType, isRequiredArgument } from 'graphql';
import { type ServedApi, serveApi } from '../api.fixture.js';
import { tellWideStory, WIDE } from './wide-story.fixture.js';

/** Asked behind every request, or by the clock, however much a page has. */
const NOT_OF_THE_PAGE: Readonly<Record<string, RegExp>> = {
  'who asks is looked up by the key that was shown': /from api_key where key_id = \$1$/,
  'the catalogue is followed by the clock': /^select version from chain_anchor where stream = \$1$/,
  'and so are the keys of nodes': /from node_key\s+where changed_position > \$1 /,
};
/**
 * Of these one shows fewer kinds than a page: a page and a command are explained by what lies behind them, and which of those reads
 * fall together is a matter of moments. So many are they at most, for any page.
 */
const OF_SEVERAL_KINDS: Readonly<Record<string, number>> = { 'Delivery.why': 16, 'Rollback.why': 8 };
/** Read by ids that follow from the row, whether there is anything under them or not: the story has nothing there. */
const ASKED_FOR_ANYWAY: ReadonlySet<string> = new Set(['Rollout.rollbacks']);
/** Of everything that has a global id there is one at least; rules are no list. */
const KINDS = [
  'Alert', 'Breaker', 'Channel', 'Command', 'Customer', 'Delivery', 'Drill', 'Fallback', 'FleetNode', 'Incident', 'Key', 'KnownRelease',
  'NodeKey', 'Override', 'Redirect', 'Rollback', 'Rollout', 'Silence', 'StatusUpdate',
]; // prettier-ignore

type Field = GraphQLField<unknown, unknown>;
/** A field of a type that has fields of its own, and the shortest way to it from a list. */
interface Edge {
  readonly name: string;
  readonly list: string;
  readonly way: readonly string[];
  /** Whether a resolver of ours reads it, rather than that it stands in the row: those are bound to their class. */
  readonly isRead: boolean;
}

const typeOf = ({ type }: Field): GraphQLObjectType | undefined => {
  const named = getNamedType(type);
  return isObjectType(named) && named.name !== 'PageInfo' ? named : undefined;
};
const fieldsOf = (type: GraphQLObjectType | null | undefined): readonly Field[] =>
  Object.values(type?.getFields() ?? {});

/** Selects one field at the end of a way, with one of each list between. */
const selecting = (type: GraphQLObjectType | undefined, [name, ...rest]: readonly string[]): string => {
  const field = fieldsOf(type).find((each) => each.name === name);
  if (field === undefined) return '__typename';
  const one = field.args.some((arg) => arg.name === 'first') ? '(first: 1)' : '';
  return `${field.name}${one} { ${selecting(typeOf(field), rest)} }`;
};

describe('what is read for a page', () => {
  let served: ServedApi;
  let admin: string;
  let lists: readonly Field[];
  let edges: readonly Edge[];
  const itemOf = (list: Field): GraphQLObjectType | undefined =>
    fieldsOf(typeOf(list))
      .filter(({ name }) => name === 'nodes')
      .map(typeOf)[0];

  /** Every field with fields of its own that a list leads to: each type by its first list and the shortest way. */
  const edgesOf = (): readonly Edge[] => {
    const found: Edge[] = [];
    const known = new Set<string>();
    let next = lists.map((list) => ({ list, way: [] as readonly string[], type: itemOf(list) }));
    while (next.length > 0) {
      const fresh = next.filter(({ type }) => type !== undefined && !known.has(type.name) && known.add(type.name));
      next = fresh.flatMap(({ list, way, type }) =>
        fieldsOf(type).flatMap((field) => {
          if (typeOf(field) === undefined) return [];
          const isRead = field.resolve?.name.startsWith('bound ') === true;
          found.push({ name: `${type?.name}.${field.name}`, list: list.name, way: [...way, field.name], isRead });
          return [{ list, way: [...way, field.name], type: typeOf(field) }];
        }),
      );
    }
    return found;
  };

  beforeAll(async () => {
    served = await serveApi();
    admin = await served.as('admin');
    await tellWideStory(served);
    const { schema } = served.get<GraphQLSchemaHost>(GraphQLSchemaHost as never);
    lists = fieldsOf(schema.getQueryType()).filter(({ type }) => getNamedType(type).name.endsWith('Connection'));
    edges = edgesOf();
  });
  afterAll(() => served.end());

  const dataOf = async (query: string, variables?: Readonly<Record<string, unknown>>) => {
    const { status, body } = await served.ask(query, admin, variables);
    expect([query, status, body['errors'] ?? []]).toEqual([query, 200, []]);
    return body['data'] as unknown as Readonly<Record<string, { readonly nodes: readonly object[] }>>;
  };
  /** Global ids of all that is there, by type. */
  const idsOf = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const ids = new Map<string, string[]>();
    for (const list of lists.filter((each) => itemOf(each)?.getFields()['id'] !== undefined)) {
      const data = await dataOf(`{ ${list.name}(first: ${WIDE}) { nodes { __typename id } } }`);
      for (const { __typename, id } of (data[list.name]?.nodes ?? []) as readonly { __typename: string; id: string }[])
        ids.set(__typename, [...(ids.get(__typename) ?? []), id]);
    }
    return ids;
  };
  const asking = async <T>(
    ask: () => Promise<T>,
  ): Promise<{ readonly answer: T; readonly asked: readonly string[] }> => {
    // Sums of the newest window are kept for some seconds, for everybody.
    await served.clock.advance(10_000);
    const before = served.asked.length;
    const answer = await ask();
    const isOfPage = (text: string): boolean => !Object.values(NOT_OF_THE_PAGE).some((each) => each.test(text));
    return { answer, asked: served.asked.slice(before).filter(isOfPage).toSorted() };
  };

  it('T-E4: is as many queries for one thing as for fifty, by every field that a list leads to', async () => {
    expect(lists.filter(({ args }) => args.some(isRequiredArgument))).toEqual([]);
    expect(edges.length).toBeGreaterThan(90);
    const read: string[] = [];
    const wrong: object[] = [];
    for (const { name, list, way, isRead } of edges) {
      const item = itemOf(lists.find((each) => each.name === list)!);
      const page = `query ($n: Int) { ${list}(first: $n) { nodes { ${selecting(item, way)} } } }`;
      const one = await asking(() => dataOf(page, { n: 1 }));
      const many = await asking(() => dataOf(page, { n: WIDE }));
      const most = OF_SEVERAL_KINDS[name];
      const isAsMany = most === undefined ? String(one.asked) === String(many.asked) : many.asked.length <= most;
      if (!isAsMany) wrong.push({ name, one: one.asked.length, many: many.asked.length });
      const told = many.answer[list]?.nodes.filter((node) => JSON.stringify(node).includes('__typename')) ?? [];
      if (isRead && !ASKED_FOR_ANYWAY.has(name)) read.push(`${name}: ${told.length}`);
    }
    expect(wrong).toEqual([]);
    // Of everything that is read beside a row there is something beside each of fifty rows: of nothing nothing would be asked.
    expect(read.length).toBeGreaterThan(25);
    expect(read.filter((each) => !each.endsWith(`: ${WIDE}`))).toEqual([]);
  });

  it('T-E4: a hundred things by their ids are as many queries as one of each kind, and cost what they are', async () => {
    const ids = await idsOf();
    const asked = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
    const kinds = [...ids.values()];
    const one = await asking(() => dataOf(asked, { ids: kinds.map(([id]) => id) }));
    const all = kinds.flatMap((each) => each.slice(0, 7)).slice(0, 100);
    const many = await asking(() => dataOf(asked, { ids: all }));
    expect([...ids.keys()].toSorted()).toEqual(KINDS);
    expect((many.answer['nodes'] as unknown as readonly { id: string }[]).map(({ id }) => id)).toEqual(all);
    expect(many.asked).toEqual(one.asked);
    const { body } = await served.ask(asked, admin, { ids: all });
    expect(body).toMatchObject({ extensions: { cost: { asked: all.length } } });
    const literal = `{ nodes(ids: [${all.map((id) => `"${id}"`).join(' ')}]) { id ... on Incident { why(first: 20) { at } } } }`;
    expect((await served.ask(literal, admin)).body).toMatchObject({
      extensions: { cost: { asked: all.length * (1 + 5 + 20) } },
    });
  });

  it('a mutation shows what is there after it, whatever the ones before it have read', async () => {
    const noting = (text: string): string =>
      `${text}: noteIncident(input: { incidentId: "in1-3", text: "${text}" }) { incident { timeline(first: 100) { data } } }`;
    const data = await dataOf(`mutation { ${noting('first')} ${noting('second')} }`);
    const notes = (name: string): readonly unknown[] => {
      const { incident } = data[name] as unknown as { incident: { timeline: readonly { data: { text?: string } }[] } };
      return incident.timeline.flatMap((told) => told.data.text ?? []);
    };
    expect([notes('first'), notes('second')]).toEqual([['first'], ['first', 'second']]);
  });
});
