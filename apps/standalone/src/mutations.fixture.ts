/** A type as introspection tells it. */
interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeRef | null;
}
interface InputValue {
  readonly name: string;
  readonly type: TypeRef;
}
interface SchemaType {
  readonly kind: string;
  readonly name: string;
  readonly inputFields: readonly InputValue[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
}

interface Told {
  readonly __schema: { readonly types: readonly SchemaType[] };
  readonly __type: {
    readonly fields: readonly { readonly name: string; readonly args: readonly InputValue[]; readonly type: TypeRef }[];
  };
}

const REF = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
/** Of the mutations alone by their own root, which keeps it within the depth that a document may have. */
const QUESTION = `{
  __type(name: "Mutation") { fields { name args { name type { ${REF} } } type { ${REF} } } }
  __schema { types { kind name inputFields { name type { ${REF} } } enumValues { name } } }
}`;

const SCALARS: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1',
  Boolean: 'true',
  Json: '{}',
  DateTime: '"2021-07-22T11:47:00.000Z"',
  Duration: '60000',
};

const namedOf = ({ name, ofType }: TypeRef): string => name ?? (ofType === null ? '' : namedOf(ofType));

/** What must be given, with some value of its type: enough to pass the validation of a document. */
const givenOf = (inputs: readonly InputValue[], types: ReadonlyMap<string, SchemaType>): string =>
  inputs
    .filter(({ type }) => type.kind === 'NON_NULL')
    .map(({ name, type }) => `${name}: ${valueOf(type, types)}`)
    .join(', ');

const valueOf = (type: TypeRef, types: ReadonlyMap<string, SchemaType>): string => {
  if (type.kind === 'NON_NULL' && type.ofType !== null) return valueOf(type.ofType, types);
  if (type.kind === 'LIST' && type.ofType !== null) return `[${valueOf(type.ofType, types)}]`;
  const { kind, inputFields, enumValues } = types.get(type.name ?? '') ?? { kind: '', inputFields: [], enumValues: [] };
  if (kind === 'INPUT_OBJECT') return `{ ${givenOf(inputFields ?? [], types)} }`;
  if (kind === 'ENUM') return enumValues?.[0]?.name ?? '';
  return SCALARS[type.name ?? ''] ?? '"x"';
};

/** A document for every mutation of a server, as its schema tells: what it needs is given, nothing of it makes sense. */
export const mutationsOf = async (
  url: string,
  authorization: string,
): Promise<readonly { readonly name: string; readonly text: string }[]> => {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: QUESTION }),
  });
  const { data } = (await response.json()) as { data: Told };
  const types = new Map(data.__schema.types.map((type) => [type.name, type]));
  return data.__type.fields.map(({ name, args, type }) => {
    const given = givenOf(args, types);
    const isLeaf = ['SCALAR', 'ENUM'].includes(types.get(namedOf(type))?.kind ?? '');
    return { name, text: `mutation { ${name}${given === '' ? '' : `(${given})`} ${isLeaf ? '' : '{ __typename }'} }` };
  });
};
