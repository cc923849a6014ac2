import { Extensions, Field, ID, InterfaceType } from '@nestjs/graphql';
import { type FieldSpec, id, objectType, type SchemaType, type TypeSpec } from './define.js';
import { globalIdOf } from './global-id.js';

/** What has a global id. */
@InterfaceType('Node', {
  description: 'Whatever has an id of its own: ask for it again by node(id).',
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
})
export abstract class NodeInterface {
  /** Its global id. */
  @Field(() => ID, { description: 'Unique among all things; opaque.' })
  @Extensions({ needs: 'view' })
  id!: string;
}

/** A type of things with a global id, made of its own id. */
export const nodeType = (
  name: string,
  spec: TypeSpec & { readonly rawId: (row: never) => string },
  fields: Readonly<Record<string, FieldSpec>>,
): SchemaType => {
  const { rawId, ...type } = spec;
  const own = id('Its global id: node(id) finds it again.', {
    from: 'id',
    derive: (row) => globalIdOf(name, rawId(row)),
  });
  return objectType(name, { ...type, implements: () => [NodeInterface] }, { id: own, ...fields });
};
