import { ArgsType, Field, Float, ID } from '@nestjs/graphql';
import { JsonScalar } from './scalars.js';

/** What somebody declares: the same words as in REST, checked by the same schema. */
@ArgsType()
export class DeclarationArgs {
  @Field(() => ID)
  rolloutId!: string;
  @Field()
  service!: string;
  @Field(() => JsonScalar, { description: 'softwareVersion and configRev.' })
  release!: unknown;
  @Field(() => JsonScalar, { description: 'softwareVersion and configRev.' })
  previous!: unknown;
  @Field(() => String, { nullable: true, description: 'advisory unless told; or driving.' })
  mode?: string | null;
  @Field(() => JsonScalar, { nullable: true, description: 'The default pipeline unless told.' })
  plan?: unknown;
  @Field(() => [String], { nullable: true })
  nodes?: readonly string[] | null;
}

/** What is asked for again with the checklist. */
@ArgsType()
export class OverrideArgs {
  @Field(() => ID)
  rollbackId!: string;
  @Field(() => [String])
  rails!: readonly string[];
  @Field(() => Float, { description: 'How long it will last, ms.' })
  resolutionEtaMs!: number;
  @Field()
  comment!: string;
}

/** A vote. */
@ArgsType()
export class VoteArgs {
  @Field(() => ID)
  id!: string;
  @Field()
  isApproved!: boolean;
  @Field()
  comment!: string;
}

/** A quarantine that is to end. */
@ArgsType()
export class LiftingArgs {
  @Field()
  service!: string;
  @Field(() => JsonScalar, { description: 'softwareVersion and configRev.' })
  release!: unknown;
  @Field()
  comment!: string;
}
