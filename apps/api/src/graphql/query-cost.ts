import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LIST_DEFAULT, LIST_MAX } from '../list-query.js';
import { NESTED_DEFAULT } from './schema/nested.js';

/**
 * What an answer may cost: an object is one, a list as many times what stands in it as it may have items. Fifty incidents with ten
 * alerts, ten deliveries and ten events each cost 1,552; a page of 500 with all of it is more than one request should ask for.
 */
export const COST_MAX = 5_000;

/**
 * What each value of a subscription may cost: an incident with ten alerts, ten deliveries, who is called and its last ten events is 38.
 * It is executed for each event and each who follows, a millisecond of a core or so.
 */
export const SUBSCRIPTION_COST_MAX = 100;

/** Items that are counted for a list that takes no `first`: rails, waves, steps and causes came with the row that they stand in. */
const LIST_COST = 1;

/** Types that say why: the chain of each is some ten streams, read beside those of the others. */
const WHY_TYPES = [
  'Alert',
  'Incident',
  'Delivery',
  'Command',
  'Rollback',
  'Redirect',
  'Rollout',
  'Override',
  'Fallback',
  'StatusUpdate',
];

/** Reports that read an incident from its events, or windows from their segments: milliseconds of a core each, unless it is said. */
const HEAVY: Readonly<Record<string, number>> = {
  'Query.runbook': 100,
  'Query.postMortem': 250,
  'Query.incidentCost': 100,
  'Query.windows': 100,
  'Query.affectedCustomers': 250,
  'Query.disagreements': 100,
  'Query.impact': 100,
  'Query.whyNot': 100,
  'Query.explain': 100,
  'Query.gate': 20,
  'Query.rollbackPreview': 50,
  'Query.startPreview': 20,
  'Query.haltPreview': 20,
  'Query.redirectEndPreview': 20,
  'Query.liftingPreview': 20,
  'Query.silencePreview': 50,
  'Query.approvals': 20,
  // A stream of up to 20,000 events, folded: four of an operation, and a process reads one after the other.
  'Query.act': 1_000,
  // Each with up to 1,000 links that do not hold, twenty times.
  'Query.verifications': 100,
  'Query.events': 5,
  // Checks of every role, which ask the database and the log.
  'Query.readiness': 50,
  // Up to 500 differences and 200 rules, read from memory.
  'Query.backtest': 100,
  'Incident.customers': 20,
  'Incident.timeline': 5,
  'Rollout.gates': 5,
  ...Object.fromEntries(WHY_TYPES.map((type) => [`${type}.why`, 5])),
};

interface Counting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What each fragment costs, by its name and the type that it stands in: walked once, however often it is spread. */
  readonly known: Map<string, number>;
}

const firstOf = ({ arguments: args = [] }: FieldNode, { variables }: Counting): number | undefined => {
  const value = args.find(({ name }) => name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  const sent = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof sent === 'number' ? sent : undefined;
};

/** How many ids a field is given; undefined: it takes none. A variable that is no list is one id. */
const idsOf = ({ arguments: args = [] }: FieldNode, { variables }: Counting): number | undefined => {
  const value = args.find(({ name }) => name.value === 'ids')?.value;
  if (value === undefined) return undefined;
  if (value.kind === Kind.LIST) return value.values.length;
  const sent = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return Array.isArray(sent) ? sent.length : 1;
};

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** How many of what it selects a field may bring: a negative or huge `first` is refused by its own check, and costs no less than one. */
const itemsOf = (node: FieldNode, field: GraphQLField<unknown, unknown>, counting: Counting): number => {
  const isPage = getNamedType(field.type).name.endsWith('Connection');
  if (!isPage && !isList(field.type)) return 1;
  const takesFirst = field.args.some(({ name }) => name === 'first');
  const asked = takesFirst ? firstOf(node, counting) : idsOf(node, counting);
  const count = asked ?? (isPage ? LIST_DEFAULT : takesFirst ? NESTED_DEFAULT : LIST_COST);
  return Math.min(Math.max(count, 1), LIST_MAX);
};

// Edges and nodes of a page are its items, which the page was counted for.
const isOfPage = (type: GraphQLNamedType): boolean => type.name.endsWith('Connection') || type.name.endsWith('Edge');

const fieldCost = (node: FieldNode, type: GraphQLNamedType, counting: Counting): number => {
  if (!isObjectType(type) && !isInterfaceType(type)) return 0;
  const field = type.getFields()[node.name.value];
  if (field === undefined || isLeafType(getNamedType(field.type))) return 0;
  const items = isOfPage(type) ? 1 : itemsOf(node, field, counting);
  const own = isOfPage(type) ? 0 : 1;
  const heavy = HEAVY[`${type.name}.${field.name}`] ?? 0;
  const below = node.selectionSet ? selectionCost(node.selectionSet, getNamedType(field.type), counting) : 0;
  return heavy + items * (own + below);
};

// Fragments cannot go round: a document whose fragments do is not valid, and validity is known before this.
const selectionCost = ({ selections }: SelectionSetNode, type: GraphQLNamedType, counting: Counting): number =>
  selections.reduce((sum, selection) => {
    if (sum > Number.MAX_SAFE_INTEGER / LIST_MAX) return sum;
    if (selection.kind === Kind.FIELD) return sum + fieldCost(selection, type, counting);
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? counting.fragments.get(selection.name.value) : selection;
    if (fragment === undefined) return sum;
    const on = (fragment.typeCondition && counting.schema.getType(fragment.typeCondition.name.value)) ?? type;
    return sum + fragmentCost(fragment, on, counting);
  }, 0);

const fragmentCost = (
  fragment: FragmentDefinitionNode | InlineFragmentNode,
  type: GraphQLNamedType,
  counting: Counting,
): number => {
  const key = 'name' in fragment ? `${fragment.name.value} ${type.name}` : undefined;
  const known = key === undefined ? undefined : counting.known.get(key);
  if (known !== undefined) return known;
  const cost = selectionCost(fragment.selectionSet, type, counting);
  if (key !== undefined) counting.known.set(key, cost);
  return cost;
};

const isOperation = (definition: { readonly kind: string }): definition is OperationDefinitionNode =>
  definition.kind === Kind.OPERATION_DEFINITION;

/** Defaults of variables that a count can be: what is not sent is executed as they say. */
const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }): [string, unknown][] => {
      if (defaultValue?.kind === Kind.INT) return [[variable.name.value, Number(defaultValue.value)]];
      return defaultValue?.kind === Kind.LIST ? [[variable.name.value, defaultValue.values]] : [];
    }),
  );

/** What the operation of a document may cost; of several the dearest, so that a name chooses nothing. */
export const costOf = (
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number => {
  const fragments = new Map(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
  const costs = definitions.filter(isOperation).map((operation) => {
    const root = schema.getRootType(operation.operation);
    if (!root) return 0;
    const given = { ...defaultsOf(operation), ...variables };
    return selectionCost(operation.selectionSet, root, { schema, fragments, variables: given, known: new Map() });
  });
  return Math.max(0, ...costs);
};
