import { ArgsType, Field, Float, ID, Int } from '@nestjs/graphql';
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

/** What somebody vouches for. */
@ArgsType()
export class AttestationArgs {
  @Field()
  service!: string;
  @Field(() => JsonScalar, { description: 'softwareVersion and configRev.' })
  release!: unknown;
  @Field(() => Float, { description: 'Since when it ran well, ms since the epoch.' })
  goodSinceMs!: number;
  @Field(() => Int)
  nodes!: number;
  @Field()
  isRollbackSafe!: boolean;
}

/** That going back to a release was tried out. */
@ArgsType()
export class RehearsalArgs {
  @Field()
  service!: string;
  @Field(() => JsonScalar, { description: 'softwareVersion and configRev.' })
  release!: unknown;
  @Field()
  passed!: boolean;
  @Field()
  detail!: string;
}

/** How far Tocsin goes with a service. */
@ArgsType()
export class ModeArgs {
  @Field()
  service!: string;
  @Field({ description: 'observe, recommend, approve or auto.' })
  mode!: string;
  @Field()
  comment!: string;
}

/** How much may go wrong. */
@ArgsType()
export class RiskArgs {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'low, medium or high.' })
  risk!: string;
  @Field()
  author!: string;
  @Field()
  text!: string;
}

/** What the families of the load tester found on one node. */
@ArgsType()
export class LoadTestArgs {
  @Field(() => ID)
  id!: string;
  @Field()
  nodeId!: string;
  @Field(() => JsonScalar, { description: 'Of each family its name, whether it passed, and detail.' })
  families!: unknown;
}

/** Missing items of a pre-flight, by name and reason. */
@ArgsType()
export class PreflightOverrideArgs {
  @Field(() => ID)
  id!: string;
  @Field(() => [String], { description: 'risk, impact, target or load_test.' })
  items!: readonly string[];
  @Field()
  comment!: string;
}
