import { type DynamicModule, RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Permission } from '#contracts';
import { NEEDS, OPENS } from './needs.js';
import { SPEAKS, type Spoken } from './spoken/speaks.js';

/** A way into a process: a route or a resolver. */
export interface Entrance {
  /** `GET /v1/fleet`, `Query fleetHealth`. */
  readonly name: string;
  /** undefined: somebody forgot to say. */
  readonly needs: Permission | undefined;
  /** What a route takes and answers; a resolver says that in its schema. */
  readonly speaks: Spoken | undefined;
  /** The status of a good answer; 0 for a resolver, and for what is registered past Nest. */
  readonly status: number;
}

// Where Nest keeps its decorators' words. The names are Nest's own; the specs of the api role see both kinds through them.
const PATH = 'path';
const METHOD = 'method';
const HTTP_CODE = '__httpCode__';
const RESOLVER_TYPE = 'graphql:resolver_type';
const CONTROLLERS = 'controllers';

type Handler = (...given: unknown[]) => unknown;
type Place = (new (...given: never[]) => unknown) & { readonly prototype: Record<string, Handler> };

const needsOf = (handler: Handler, place: Place): Permission | undefined =>
  (Reflect.getMetadata(NEEDS, handler) ?? Reflect.getMetadata(NEEDS, place)) as Permission | undefined;

const pathOf = (...parts: readonly (string | undefined)[]): string =>
  `/${parts
    .flatMap((part) => (part ?? '').split('/'))
    .filter((part) => part !== '')
    .join('/')}`;

const nameOf = (handler: Handler, place: Place): { readonly name: string; readonly status: number } | undefined => {
  const path = Reflect.getMetadata(PATH, handler) as string | undefined;
  if (path !== undefined) {
    const method = RequestMethod[Reflect.getMetadata(METHOD, handler) as number] ?? 'GET';
    const said = Reflect.getMetadata(HTTP_CODE, handler) as number | undefined;
    const name = `${method} ${pathOf(Reflect.getMetadata(PATH, place) as string | undefined, path)}`;
    return { name, status: said ?? (method === 'POST' ? 201 : 200) };
  }
  const type: unknown = Reflect.getMetadata(RESOLVER_TYPE, handler);
  return typeof type === 'string' ? { name: `${type} ${handler.name}`, status: 0 } : undefined;
};

const openedAt = (place: Place): readonly Entrance[] => {
  const opened = (Reflect.getMetadata(OPENS, place) ?? {}) as Readonly<Record<string, Permission>>;
  return Object.entries(opened).map(([name, needs]) => ({ name, needs, speaks: undefined, status: 0 }));
};

const entrancesAt = (place: Place): readonly Entrance[] =>
  new MetadataScanner().getAllMethodNames(place.prototype).flatMap((method) => {
    const handler = place.prototype[method];
    const named = handler === undefined ? undefined : nameOf(handler, place);
    if (handler === undefined || named === undefined) return [];
    const speaks = Reflect.getMetadata(SPEAKS, handler) as Spoken | undefined;
    return [{ ...named, needs: needsOf(handler, place), speaks }];
  });

const entrancesAtAll = (places: Iterable<unknown>): readonly Entrance[] =>
  [...new Set(places)]
    .flatMap((place) => [...entrancesAt(place as Place), ...openedAt(place as Place)])
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Every route and resolver of the modules of an application, by name. */
export const entrancesIn = (modules: Pick<ModulesContainer, 'values'>): readonly Entrance[] => {
  const places = [...modules.values()].flatMap(({ controllers, providers }) =>
    [...controllers.values(), ...providers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' && metatype.prototype !== undefined ? [metatype] : [],
    ),
  );
  return entrancesAtAll(places);
};

/** Every route and resolver of an application, by name. */
export const entrancesOf = (app: Pick<NestFastifyApplication, 'get'>): readonly Entrance[] =>
  entrancesIn(app.get(ModulesContainer));

type ModuleLike = NonNullable<DynamicModule['imports']>[number];

const controllersOf = (module: ModuleLike): readonly unknown[] => {
  const { controllers = [], imports = [] } = 'module' in module ? module : {};
  const own = typeof module === 'function' ? ((Reflect.getMetadata(CONTROLLERS, module) as unknown[]) ?? []) : [];
  return [...controllers, ...own, ...imports.flatMap(controllersOf)];
};

/** Every route of modules that nobody made an application of: for documents, which must not open a database. */
export const routesOf = (modules: readonly DynamicModule[]): readonly Entrance[] =>
  entrancesAtAll(modules.flatMap(controllersOf));

/** A way in that says nothing about its needs would refuse everybody, and a route that says nothing of its shape is in no document: a wrong program. */
export const checkEntrances = (app: Pick<NestFastifyApplication, 'get'>): void => {
  const entrances = entrancesOf(app);
  const refuse = (what: string, silent: readonly Entrance[]): void => {
    if (silent.length > 0) throw new Error(`without ${what}: ${silent.map(({ name }) => name).join(', ')}`);
  };
  refuse(
    '@Needs',
    entrances.filter(({ needs }) => needs === undefined),
  );
  refuse(
    '@Speaks',
    entrances.filter(({ status, speaks }) => status > 0 && speaks === undefined),
  );
};
