import { type ASTVisitor, GraphQLError, Kind, type ValidationContext, type ValidationRule } from 'graphql';

/** Deepest selection, fragments counted: a page, its edge, a thing, what belongs to it, and three more. */
export const DEPTH_MAX = 8;
/** Largest request: a hundred times the longest query of a console. */
export const GRAPHQL_BYTES_MAX = 65_536;
/** Most words and signs of one document: checking fields against each other grows with their square. */
export const TOKENS_MAX = 2_000;
/** Parsed documents kept, of at most 64 KiB each; beyond it the least used is parsed again. */
export const DOCUMENTS_KEPT = 128;
/** Most aliases of one document: under them one small request could ask for the same report a hundred times. */
export const ALIASES_MAX = 15;
/** Most directives of one document: each is looked up, and a console has none. */
export const DIRECTIVES_MAX = 50;
/** Most queries or mutations of one document, wherever they stand: each is a read or an act of its own. */
export const ROOT_FIELDS_MAX = 20;

interface SelectionLike {
  readonly kind: string;
  readonly name?: { readonly value: string };
  readonly selectionSet?: { readonly selections: readonly SelectionLike[] } | undefined;
}

/** Counts something of a document, and refuses it beyond a bound; told once. */
const counted =
  (
    what: string,
    most: number,
    visitorOf: (count: (by?: number) => void, context: ValidationContext) => ASTVisitor,
  ): ValidationRule =>
  (context) => {
    let count = 0;
    return visitorOf((by = 1) => {
      const before = count;
      count += by;
      if (before <= most && count > most)
        context.reportError(new GraphQLError(`more than ${most} ${what} in one document`));
    }, context);
  };

const aliases = counted('aliases', ALIASES_MAX, (count) => ({
  Field: ({ alias }) => {
    if (alias !== undefined) count();
  },
}));
const directives = counted('directives', DIRECTIVES_MAX, (count) => ({ Directive: () => count() }));
const rootFields = counted('queries', ROOT_FIELDS_MAX, (count, context) => {
  const schema = context.getSchema();
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  return {
    Field: () => {
      if (roots.has(context.getParentType() as never)) count();
    },
  };
});

// What tools ask of the schema is deep by nature, and graphql-js has a bound for it of its own.
const isOfSchema = ({ name }: SelectionLike): boolean => name?.value.startsWith('__') === true;

// Mercurius' own count of the depth stops at fragments that go round, which validation refuses before.
// Each fragment is walked once, however often it is spread: two spreads in each of forty would be a million million walks.
const depth: ValidationRule = (context) => {
  const known = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const depthOf = known.get(name);
    if (depthOf !== undefined) return depthOf;
    // One that goes round is refused by another rule; here it is as deep as what else it selects.
    known.set(name, 0);
    const found = deepest(context.getFragment(name)?.selectionSet.selections ?? []);
    known.set(name, found);
    return found;
  };
  const deepest = (selections: readonly SelectionLike[]): number =>
    selections.reduce((most, selection) => Math.max(most, depthOfSelection(selection)), 0);
  const depthOfSelection = (selection: SelectionLike): number => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name?.value ?? '');
    if (selection.kind === Kind.FIELD && isOfSchema(selection)) return 1;
    const below = deepest(selection.selectionSet?.selections ?? []);
    return selection.kind === Kind.FIELD ? below + 1 : below;
  };
  return {
    OperationDefinition: (operation) => {
      if (deepest(operation.selectionSet.selections) > DEPTH_MAX)
        context.reportError(new GraphQLError(`a selection is deeper than ${DEPTH_MAX}`, { nodes: [operation] }));
      return false;
    },
  };
};

/**
 * What is counted of a document by itself. Its verdict is kept by its text, for everybody: what depends on who asks, or on variables,
 * is asked before each execution.
 */
export const DOCUMENT_RULES: readonly ValidationRule[] = [aliases, directives, rootFields, depth];

/** A request has one answer: what is told again and again goes by a socket. */
export const noSubscriptionsRule: ValidationRule = (context) => ({
  OperationDefinition: (operation) => {
    if (operation.operation === 'subscription')
      context.reportError(new GraphQLError('subscriptions go by a WebSocket here', { nodes: [operation] }));
  },
});
