import { GraphQLError, type ValidationRule } from 'graphql';

/** Deepest selection: one more than the deepest of ours (incident, incident, impact, top, name), and its fragments. */
export const DEPTH_MAX = 8;
/** Largest request: a hundred times the longest query of a console. */
export const GRAPHQL_BYTES_MAX = 65_536;
/** Most words and signs of one document: checking fields against each other grows with their square. */
export const TOKENS_MAX = 2_000;
/** Parsed documents kept, of at most 64 KiB each; beyond it the least used is parsed again. */
export const DOCUMENTS_KEPT = 128;
/** Most queries or mutations of one document: under aliases one small request could ask for thousands of reports. */
export const ROOT_FIELDS_MAX = 20;

/** Counts the fields of Query and Mutation in a document, wherever they stand. */
export const rootFieldsRule: ValidationRule = (context) => {
  const schema = context.getSchema();
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  let count = 0;
  return {
    Field: (field) => {
      const parent = context.getParentType();
      if (parent === undefined || parent === null || !roots.has(parent as never)) return;
      count += 1;
      if (count === ROOT_FIELDS_MAX + 1)
        context.reportError(
          new GraphQLError(`more than ${ROOT_FIELDS_MAX} queries in one document`, { nodes: [field] }),
        );
    },
  };
};
