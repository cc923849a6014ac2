import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isPermitted, type Permission, type Principal, refuse, type Refusal } from '#contracts';

const needsOf = ({ extensions }: { readonly extensions: object }): Permission | undefined =>
  (extensions as { readonly needs?: Permission }).needs;

/** What it takes to select a field: its own word, or that of its type. Undefined: nobody said. */
export const policyOf = (
  type: GraphQLNamedType | null | undefined,
  field: Pick<GraphQLField<unknown, unknown>, 'extensions'>,
): Permission | undefined => needsOf(field) ?? (type === null || type === undefined ? undefined : needsOf(type));

/** The types whose fields are entrances: each says what it needs by itself, and the guard asks. */
const rootsOf = (schema: GraphQLSchema): ReadonlySet<GraphQLNamedType | null | undefined> =>
  new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);

/** Fields of a schema for which nobody said who may select them: `Type.field`. */
export const fieldsWithoutPolicy = (schema: GraphQLSchema): readonly string[] => {
  const roots = rootsOf(schema);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__') || roots.has(type) || !(isObjectType(type) || isInterfaceType(type))) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      policyOf(type, field) === undefined ? [`${type.name}.${field.name}`] : [],
    );
  });
};

/** Why a caller may not send a document; undefined: they may. Every field is looked at, whether its branch is taken or not. */
export const refuseFields = (
  schema: GraphQLSchema,
  document: DocumentNode,
  caller: Pick<Principal, 'permissions'>,
): Refusal | undefined => {
  const roots = rootsOf(schema);
  const info = new TypeInfo(schema);
  let refusal: Refusal | undefined;
  const look = (): void => {
    const [type, field] = [info.getParentType(), info.getFieldDef()];
    if (refusal !== undefined || field === null || field === undefined || roots.has(type)) return;
    if (field.name.startsWith('__') || type?.name.startsWith('__')) return;
    const needed = policyOf(type, field);
    if (needed !== undefined && isPermitted(caller, needed)) return;
    refusal = refuse('PERMISSION_DENIED', `${type?.name}.${field.name} needs ${needed ?? 'what nobody has'}`);
  };
  visit(document, visitWithTypeInfo(info, { Field: { enter: look } }));
  return refusal;
};
