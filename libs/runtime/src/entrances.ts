import { RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Permission } from '#contracts';
import { NEEDS } from './needs.js';

/** A way into a process: a route or a resolver. */
export interface Entrance {
  /** `GET /v1/fleet`, `Query fleetHealth`. */
  readonly name: string;
  /** undefined: somebody forgot to say. */
  readonly needs: Permission | undefined;
}

// Where Nest keeps its decorators' words. The names are Nest's own; the specs of the api role see both kinds through them.
const PATH = 'path';
const METHOD = 'method';
const RESOLVER_TYPE = 'graphql:resolver_type';

type Handler = (...given: unknown[]) => unknown;
type Place = (new (...given: never[]) => unknown) & { readonly prototype: Record<string, Handler> };

const needsOf = (handler: Handler, place: Place): Permission | undefined =>
  (Reflect.getMetadata(NEEDS, handler) ?? Reflect.getMetadata(NEEDS, place)) as Permission | undefined;

const pathOf = (...parts: readonly (string | undefined)[]): string =>
  `/${parts
    .flatMap((part) => (part ?? '').split('/'))
    .filter((part) => part !== '')
    .join('/')}`;

const nameOf = (handler: Handler, place: Place): string | undefined => {
  const path = Reflect.getMetadata(PATH, handler) as string | undefined;
  if (path !== undefined) {
    const method = RequestMethod[Reflect.getMetadata(METHOD, handler) as number] ?? 'GET';
    return `${method} ${pathOf(Reflect.getMetadata(PATH, place) as string | undefined, path)}`;
  }
  const type: unknown = Reflect.getMetadata(RESOLVER_TYPE, handler);
  return typeof type === 'string' ? `${type} ${handler.name}` : undefined;
};

const entrancesAt = (place: Place): readonly Entrance[] =>
  new MetadataScanner().getAllMethodNames(place.prototype).flatMap((method) => {
    const handler = place.prototype[method];
    const name = handler === undefined ? undefined : nameOf(handler, place);
    return handler === undefined || name === undefined ? [] : [{ name, needs: needsOf(handler, place) }];
  });

/** Every route and resolver of an application, by name. */
export const entrancesOf = (app: Pick<NestFastifyApplication, 'get'>): readonly Entrance[] => {
  const places = [...app.get(ModulesContainer).values()].flatMap(({ controllers, providers }) =>
    [...controllers.values(), ...providers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' && metatype.prototype !== undefined ? [metatype as unknown as Place] : [],
    ),
  );
  return [...new Set(places)].flatMap(entrancesAt).toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** A route or resolver that says nothing about its needs is a wrong program: it would refuse everybody. */
export const checkEntrances = (app: Pick<NestFastifyApplication, 'get'>): void => {
  const silent = entrancesOf(app).flatMap(({ name, needs }) => (needs === undefined ? [name] : []));
  if (silent.length > 0) throw new Error(`without @Needs: ${silent.join(', ')}`);
};
