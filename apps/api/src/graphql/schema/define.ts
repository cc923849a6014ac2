import {
  Args,
  ArgsType,
  Extensions,
  Field,
  type FieldMiddleware,
  Float,
  ID,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
} from '@nestjs/graphql';
import type { Permission } from '#contracts';
import { DateTimeScalar, DurationScalar, JsonScalar } from './scalars.js';

/** A class that the schema was told of. */
export type SchemaType = abstract new () => object;

type TypeOf = () => unknown;

/** One field, as a type declares it. */
export interface FieldSpec {
  /** The type, late: types name each other. A list has it in an array. */
  readonly type: TypeOf;
  /** What it says, its unit, and what null means. */
  readonly about: string;
  readonly nullable?: boolean;
  /** The property of the row, where it has another name. */
  readonly from?: string;
  /** What it takes beyond the permission of its type. */
  readonly needs?: Permission;
  /** Read from the row, where it is no property of it. */
  readonly derive?: (row: never) => unknown;
}

type More = Partial<Pick<FieldSpec, 'from' | 'needs' | 'derive'>>;

const kind =
  (type: TypeOf) =>
  (about: string, more: More = {}): FieldSpec => ({ type, about, ...more });

/** A text. */
export const text = kind(() => String);
/** An id as REST, events and URLs have it. */
export const rawId = kind(() => String);
/** A whole number below 2^31. */
export const whole = kind(() => Int);
/** A number; counts of outcomes too, which pass 2^31. */
export const number = kind(() => Float);
/** A yes or no. */
export const flag = kind(() => Boolean);
/** A moment: ms since the epoch in the row, ISO 8601 in the answer. */
export const moment = kind(() => DateTimeScalar);
/** A length of time, ms. */
export const duration = kind(() => DurationScalar);
/** What has no shape of its own: the data of events. */
export const json = kind(() => JsonScalar);
/** Something of another type, or of an enumeration. */
export const one = (type: TypeOf, about: string, more: More = {}): FieldSpec => ({ type, about, ...more });
/** The same, or null. */
export const maybe = (field: FieldSpec): FieldSpec => ({ ...field, nullable: true });
/** Many of it; none of them is null. */
export const many = (field: FieldSpec): FieldSpec => ({ ...field, type: () => [field.type()] });

const middlewareOf = ({ derive }: FieldSpec): { readonly middleware?: FieldMiddleware[] } =>
  derive === undefined ? {} : { middleware: [({ source }) => Promise.resolve(derive(source as never))] };

const declare = (target: SchemaType, fields: Readonly<Record<string, FieldSpec>>): void => {
  for (const [name, spec] of Object.entries(fields)) {
    const { type, about, nullable = false, from = name, needs } = spec;
    const prototype = target.prototype as object;
    Field(type as never, { description: about, nullable, name, ...middlewareOf(spec) })(prototype, from);
    if (needs !== undefined) Extensions({ needs })(prototype, from);
  }
};

const named = (name: string): SchemaType => ({ [name]: class {} })[name]!;

/** What a type says of itself. */
export interface TypeSpec {
  readonly about: string;
  /** What it takes to select any field of it. */
  readonly needs?: Permission;
  readonly implements?: TypeOf;
}

/** A type of answers. Every type has a permission: `view` unless it says another. */
export const objectType = (
  name: string,
  { about, needs = 'view', ...more }: TypeSpec,
  fields: Readonly<Record<string, FieldSpec>>,
): SchemaType => {
  const target = named(name);
  const implemented = more.implements === undefined ? {} : { implements: more.implements as never };
  ObjectType(name, { description: about, ...implemented })(target as never);
  Extensions({ needs })(target as never);
  declare(target, fields);
  return target;
};

/** A type of what is sent. */
export const inputType = (name: string, about: string, fields: Readonly<Record<string, FieldSpec>>): SchemaType => {
  const target = named(name);
  InputType(name, { description: about })(target as never);
  declare(target, fields);
  return target;
};

/** An enumeration of the words that REST and events have. */
export const enumType = (name: string, values: readonly string[], about: string): Readonly<Record<string, string>> => {
  const words = Object.fromEntries(values.map((value) => [value, value]));
  registerEnumType(words, { name, description: about });
  return words;
};

/** An id. */
export const id = kind(() => ID);

/** Arguments of a field, as one. */
export const argsType = (name: string, fields: Readonly<Record<string, FieldSpec>>): SchemaType => {
  const target = named(name);
  ArgsType()(target as never);
  declare(target, fields);
  return target;
};

/** A parameter that takes all arguments of a kind. */
export const Asked = (type: SchemaType): ParameterDecorator => Args({ type: () => type as never });

/** A parameter that takes one argument. */
export const Arg = (name: string, { type, about, nullable = false }: FieldSpec): ParameterDecorator =>
  Args(name, { type: type as never, description: about, nullable });

/** A parameter that takes the input of a mutation. */
export const Input = (type: SchemaType): ParameterDecorator =>
  Args('input', { type: () => type as never, description: 'What is to be done.' });

const given = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(given);
  return typeof value === 'object' && value !== null ? withoutNulls(value) : value;
};

/** What is null was not given; in whatever depth. */
export const withoutNulls = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).flatMap(([key, each]: [string, unknown]) =>
      each === null || each === undefined ? [] : [[key, given(each)]],
    ),
  );
