import { Field, Int, ObjectType } from '@nestjs/graphql';

/** The numbers a decision rests on. */
@ObjectType('Reason')
export class ReasonType {
  @Field()
  rule!: string;
  @Field()
  signal!: string;
  @Field({ description: 'What was compared, in words with units.' })
  text!: string;
  @Field(() => Number, { nullable: true, description: 'null: no number, such as a timeout.' })
  value!: number | null;
  @Field()
  threshold!: number;
  @Field(() => Int)
  windowMs!: number;
  @Field()
  good!: number;
  @Field()
  bad!: number;
  @Field()
  tick!: number;
  @Field({ description: 'Share of the live nodes for which the window was complete.' })
  coverage!: number;
  @Field(() => Number, { nullable: true })
  slot?: number | undefined;
}
